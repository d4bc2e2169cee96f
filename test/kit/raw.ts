import { once } from 'node:events'
import { connect } from 'node:net'
import type { TestService } from './service.js'

/** Sends raw bytes, and returns everything that comes back until the connection closes. */
export async function sendRaw(service: TestService, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  socket.write(bytes)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}
