import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

/** Listens, reports its port, and accepts no connection from then on. */
const LISTEN_AND_SLEEP = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** Linux queues one more than the backlog. */
const QUEUE_LENGTH = 2

/** A port of 127.0.0.1 that doesn't answer: its queue is full, so Linux drops new connections. */
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
