import { expect, it, vi } from 'vitest'
import { ADDRESS_REQUEST, addressService, LINK_REQUEST } from '../kit/recovery.js'
import { startSmtpServer } from '../kit/smtp-server.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { startRedis } from './kit/redis.js'
import { type Rekey, startRekey } from './kit/rekey.js'

const { email, currentPassword } = ADDRESS_REQUEST

/** Two instances with one Redis for all that they share. */
async function startInstances() {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const [redis, smtp] = await Promise.all([startRedis(), startSmtpServer()])
  const { environment } = addressService(smtp.port, {
    REKEY_RECOVERY_STORE: 'redis',
    REKEY_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  })
  const [one, other] = await Promise.all([startRekey(panel, environment), startRekey(panel, environment)])
  return { panel, redis, smtp, one, other }
}

async function send({ url }: Rekey, path: string, request: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  return (await response.json()) as Record<string, unknown>
}

const redeem = (rekey: Rekey, recovery: unknown, newPassword: string) =>
  send(rekey, 'password-changes', { recovery, newPassword })

it('a link that one instance made is used once at all instances, and ended by any of them', async () => {
  const { panel, redis, one, other } = await startInstances()
  const made = await send(one, 'recovery-links', LINK_REQUEST)
  const tries = [one, other, one, other].map((rekey, index) =>
    redeem(rekey, made.url, `a new secret ${index}`),
  )
  const codes = (await Promise.all(tries)).map(({ code }) => code)
  expect(codes.toSorted()).toEqual(['changed', ...Array(3).fill('recovery-invalid')])
  expect(await panel.accepts(email, `a new secret ${codes.indexOf('changed')}`)).toBe(true)
  expect(await redis.client.keys('rekey:recovery:used:*')).toHaveLength(1)

  const second = await send(one, 'recovery-links', LINK_REQUEST)
  expect(await send(other, 'recovery-links/end', LINK_REQUEST)).toEqual({ code: 'recovery-links-ended' })
  expect(await redeem(one, second.url, 'a later secret')).toMatchObject({ code: 'recovery-invalid' })
})

it('instances share recovery addresses, and the limit on mails to them', async () => {
  const { smtp, one, other } = await startInstances()
  for (const rekey of [one, other, one, other]) {
    expect(await send(rekey, 'recovery-addresses', ADDRESS_REQUEST)).toEqual({
      code: 'recovery-address-sent',
    })
  }
  await vi.waitUntil(() => smtp.messages.length === 3, { interval: 10 })
  const held = [one, other]
    .flatMap((rekey) => rekey.lines())
    .filter(({ event }) => event === 'recovery-mail-held')
  expect(held).toHaveLength(1)

  const [recovery] = /https:\S+/.exec(smtp.messages[0]?.text ?? '') ?? []
  expect(await send(one, 'recovery-addresses/confirm', { recovery })).toMatchObject({
    code: 'recovery-address-confirmed',
  })
  const change = { email, currentPassword, newPassword: 'a wholly new secret' }
  expect(await send(other, 'password-changes', change)).toMatchObject({
    code: 'changed',
    recoveryAddress: { masked: 'j…@e….net' },
  })
})
