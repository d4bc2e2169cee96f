import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { startService, type TestService } from '../../kit/service.js'
import { byMailbox, CHANGES, MAILBOX_FORM, NEW_PASSWORD } from '../../kit/submissions.js'

const LOOKUP = 'v-get-mail-account-value'
const CHANGE = 'v-change-mail-account-password'

const WEBMAIL_FORM = { email: 'info@example.org', password: 'info mail pw', new: NEW_PASSWORD }

/** Until one was seen, a change is expected to take from half a second to a second. */
const CHANGE_MS = [500, 1000] as const

it.each([
  ['the JSON interface', 30_000, CHANGES, {}, byMailbox()],
  ['the page', 55_000, '/', { 'content-type': 'application/x-www-form-urlencoded' }, MAILBOX_FORM],
  ['SnappyMail', 4500, '/reset/mail/', { 'user-agent': 'SnappyMail/2.38.2' }, WEBMAIL_FORM],
  [
    'Roundcube',
    55_000,
    '/reset/mail/',
    { 'user-agent': 'Hestia Control Panel Password Driver' },
    WEBMAIL_FORM,
  ],
  [
    'Roundcube’s httpapi',
    55_000,
    '/roundcube',
    {},
    { user: 'info@example.org', curpass: 'info mail pw', newpass: NEW_PASSWORD },
  ],
] as const)(
  'a change by %s is sent only if its answer is expected within %i ms',
  async (_who, timeoutMs, path, headers, body) => {
    for (const [tookMs, isMade] of [
      [timeoutMs - CHANGE_MS[1] - 1, true],
      [timeoutMs - CHANGE_MS[0] + 1, false],
    ] as const) {
      const service = await startService()
      const lookup = service.panel.hold(LOOKUP)
      const type = path === CHANGES ? 'json' : 'form'
      await Promise.all([
        service.http.post(path).type(type).set(headers).send(body).then(),
        lookup.arrived.then(() => {
          service.clock.advance(tookMs)
          lookup.release()
        }),
      ])
      expect(service.attempts()).toMatchObject([{ code: isMade ? 'changed' : 'panel-busy' }])
      expect(service.commands().includes(CHANGE)).toBe(isMade)
      expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(isMade)
    }
  },
)

/** Posts a change as JSON on its own connection. */
async function send(service: TestService): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  const body = JSON.stringify(byMailbox())
  const head = `POST ${CHANGES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json`
  socket.write(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  await once(socket, 'connect')
  return socket
}

it.each([
  [LOOKUP, 'is not made', { code: 'panel-busy', reason: 'caller-gone' }],
  [CHANGE, 'is finished', { code: 'changed' }],
])('a change whose caller hangs up during %s %s', async (command, _ending, line) => {
  const service = await startService()
  const hold = service.panel.hold(command)
  const closed = new Promise((resolve) =>
    service.server.once('connection', (socket: Socket) => socket.once('close', resolve)),
  )
  const socket = await send(service)
  await hold.arrived
  socket.destroy()
  await closed
  hold.release()
  await service.app.drain()
  expect(service.attempts()).toMatchObject([line])
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(command === CHANGE)
})
