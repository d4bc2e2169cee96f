import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { listenOnSocket } from '../../src/system/unix-socket.js'
import { leaveSocket } from '../kit/left-socket.js'
import { scratchFolder } from '../kit/service.js'

it('a socket that a dead process has left is replaced by one of several that try at once', async () => {
  const path = join(scratchFolder({}), 'socket')
  await leaveSocket(path)
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, async (_none, index) => {
      const server = createServer((socket) => void socket.end(`${index}`))
      onTestFinished(() => void server.close())
      await listenOnSocket(server, path)
      return index
    }),
  )
  const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [`${result.value}`] : []))
  expect(winners).toHaveLength(1)
  const [said] = await once(connect(path).setEncoding('utf8'), 'data')
  expect(said).toBe(winners[0])
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'EADDRINUSE' })
  }
})
