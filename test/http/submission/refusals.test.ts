import { once } from 'node:events'
import { connect } from 'node:net'
import type { Response } from 'supertest'
import { expect, it, onTestFinished } from 'vitest'
import { startService } from '../../kit/service.js'
import { byAccount, byMailbox, CHANGES, post } from '../../kit/submissions.js'

/** Everything that a stranger sees of an answer, except the request's ID and the time of day. */
function seen(response: Response): unknown {
  const { date: _date, ...headers } = response.headers as Record<string, string>
  const text = response.text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
  return { status: response.status, headers: { ...headers, ratelimit: '' }, text }
}

const refusals = {
  'a wrong password': byMailbox({ currentPassword: 'wrong' }),
  'an unknown mailbox': byMailbox({ email: 'nobody@example.org' }),
  'an unknown domain': byMailbox({ email: 'info@unknown.example' }),
  'a wildcard name': byMailbox({ email: 'inf.@example.org' }),
  'a sibling’s name': byMailbox({ email: 'john.doe@example.org' }),
  'a suspended mailbox': byMailbox({ email: 'paused@example.org' }),
  'a wrong account password': byAccount({ password: 'wrong' }),
  'an unknown account': byAccount({ username: 'nobody' }),
  'a misreadable account password': byAccount({ password: '-x' }),
  'an administrator': byAccount({ username: 'admin', password: 'Adm1n-secret' }),
  'a disabled login': byAccount({ username: 'erin', password: 'erin panel pw' }),
  'a wrong one-time code': byAccount({ username: 'dave', password: 'dave panel pw', code: '000000' }),
}

it('refusals of credentials are alike to the byte and in time, whatever was wrong', async () => {
  const service = await startService({ environment: { REKEY_REFUSAL_DELAY_MS: '1000' } })
  const answers: [string, unknown][] = []
  for (const [what, body] of Object.entries(refusals)) answers.push([what, seen(await post(service, body))])
  const [, first] = answers[0] ?? []
  for (const [what, answer] of answers) expect(answer, what).toEqual(first)
  expect(service.attempts()).toHaveLength(answers.length)
  for (const { durationMs } of service.attempts()) {
    expect(durationMs).toBe(1000)
  }
})

it('refusals of credentials leave at whole multiples of the delay where the panel takes longer than one', async () => {
  const service = await startService({ environment: { REKEY_REFUSAL_DELAY_MS: '1000' } })
  const hold = service.panel.hold('v-search-domain-owner')
  const answer = post(service, byMailbox({ email: 'info@unknown.example' }))
  await hold.arrived
  service.clock.advance(1700)
  hold.release()
  await answer
  expect(service.attempts()[0]?.durationMs).toBe(2000)
})

it('refusals of credentials can’t be timed by a body that is sent late', async () => {
  const service = await startService({ environment: { REKEY_REFUSAL_DELAY_MS: '1000' } })
  const body = JSON.stringify(byMailbox({ currentPassword: 'wrong' }))
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const head = `POST ${CHANGES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
  const arrived = once(service.server, 'request')
  socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`)
  await arrived
  service.clock.advance(600)
  socket.write(body)
  await once(socket, 'data')
  expect(service.attempts()[0]?.durationMs).toBe(1600)
})

it('refusals of credentials on the page are alike too', async () => {
  const service = await startService()
  const pages: unknown[] = []
  for (const email of ['info@example.org', 'nobody@example.org', 'info@unknown.example']) {
    const response = await service.http.post('/').type('form').send({
      email,
      current_password: 'wrong',
      new_password: 'a wholly new secret',
      confirm_password: 'a wholly new secret',
    })
    const { 'content-length': _length, etag: _etag, ...headers } = response.headers as Record<string, string>
    pages.push({
      ...(seen({ ...response, headers } as Response) as object),
      text: response.text
        .replaceAll(email, 'EMAIL')
        .replaceAll(encodeURIComponent(email), 'EMAIL')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'),
    })
  }
  expect(pages[1]).toEqual(pages[0])
  expect(pages[2]).toEqual(pages[0])
})

it('refusals of credentials are held back, and what can’t be read, breaks the policy, or is changed is not', async () => {
  const service = await startService({ environment: { REKEY_REFUSAL_DELAY_MS: '1000' } })
  await post(service, byMailbox({ newPassword: 'short' }))
  await post(service, '{')
  await post(service, byMailbox())
  expect(service.clock.waits).toEqual([])
})
