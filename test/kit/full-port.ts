import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

/** Listens, tells its port, and from then on takes no connection out of the queue. */
const LISTEN_AND_SLEEP = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** Linux lets one more wait than the backlog says. */
const QUEUE_LENGTH = 2

/** A port of 127.0.0.1 that does not answer: its queue is full, and Linux drops what comes then. */
export async function startFullPort(): Promise<number> {
  const worker = new Worker(LISTEN_AND_SLEEP, { eval: true })
  const waiting: Socket[] = []
  onTestFinished(async () => {
    for (const socket of waiting) socket.destroy()
    await worker.terminate()
  })
  const [port] = (await once(worker, 'message')) as [number]
  while (waiting.length < QUEUE_LENGTH) {
    const socket = connect(port, '127.0.0.1')
    waiting.push(socket)
    await once(socket, 'connect')
  }
  return port
}
