import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// As little as an answer to a limited request can take: the same answer, kept ready.
const { HEADERS = '{}', BODY = '' } = process.env
const headers = JSON.parse(HEADERS) as Record<string, string>
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(429, headers).end(BODY)
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
