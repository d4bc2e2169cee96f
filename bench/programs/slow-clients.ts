import { connect } from 'node:net'
import { createPerson, PATH } from '../people.js'

/** Pauses (ms) before the next byte, and before reconnecting. */
const BYTE_MS = 5000
const RETURN_MS = 100
/** How many are opened at a time, so that they fit into the server's backlog. */
const BATCH = 100

/** Higher than all other numbers in the benchmark. */
const FIRST_PERSON = 20_000

const { TARGET = '', COUNT = '0' } = process.env
const { hostname, port } = new URL(TARGET)
const count = Number(COUNT)
let open = 0

function begin(number: number): void {
  const { headers, ...person } = createPerson(FIRST_PERSON + number)
  const body = person.submission('mailbox')
  const head = Object.entries({ host: hostname, ...headers, 'content-length': body.length })
  const socket = connect({ host: hostname, port: Number(port), localAddress: `127.0.0.${2 + (number % 8)}` })
  let sent = 0
  const drip = setInterval(() => socket.write(body[sent++] ?? ''), BYTE_MS)
  socket
    .on('connect', () => {
      open += 1
      socket.write(
        `POST ${PATH} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
      )
      socket.once('close', () => {
        open -= 1
      })
    })
    .on('error', () => socket.destroy())
    .on('close', () => {
      clearInterval(drip)
      setTimeout(begin, RETURN_MS, number)
    })
    .resume()
}

let begun = 0
const opening = setInterval(() => {
  for (let index = 0; index < BATCH && begun < count; index++) begin(begun++)
  if (begun < count) return
  clearInterval(opening)
  process.send?.('begun')
}, 50)
process.on('message', () => process.send?.(open))
