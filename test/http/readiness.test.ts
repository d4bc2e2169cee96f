import { expect, it } from 'vitest'
import { startService } from '../kit/service.js'
import { byAccount, byMailbox, gist, post } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

it('readiness is given when the panel takes the key for every needed command, and changes nothing', async () => {
  const service = await startService()
  const response = await service.http.get('/readyz')
  expect(response.status).toBe(200)
  expect(response.body).toEqual({ status: 'ready', faults: [] })
  expect(service.panel.calls.map(({ args }) => args).filter((args) => args.length > 0)).toEqual([
    ['rekey', 'rekey.invalid', 'no\\.such\\.mailbox', 'account'],
  ])
  expect(service.commands().toSorted()).toEqual([
    CHANGE,
    'v-check-user-2fa',
    'v-check-user-password',
    'v-get-mail-account-value',
    'v-list-user',
    'v-search-domain-owner',
  ])
})

it('readiness asks only for the commands of the proofs in use', async () => {
  const service = await startService({ environment: { REKEY_PROOFS: 'mailbox' } })
  await service.http.get('/readyz')
  expect(service.commands().toSorted()).toEqual([CHANGE, 'v-get-mail-account-value', 'v-search-domain-owner'])
})

it('readiness names the first command that the key may not run, and those that are not tried for it', async () => {
  const service = await startService()
  service.panel.switches.permittedCommands = ['v-search-domain-owner', CHANGE, 'v-check-user-password']
  const response = await service.http.get('/readyz')
  expect(response.status).toBe(503)
  expect(response.body).toEqual({
    status: 'not-ready',
    faults: [
      { code: 'command-forbidden', command: 'v-get-mail-account-value' },
      { code: 'command-untried', command: CHANGE },
      { code: 'command-untried', command: 'v-check-user-password' },
      { code: 'command-untried', command: 'v-check-user-2fa' },
      { code: 'command-untried', command: 'v-list-user' },
    ],
  })
  expect(gist(await post(service, byMailbox()))).toBe('502 panel-misconfigured')
  expect(service.panel.failedLogins).toBe(1)
})

it('readiness names the command that an attempt was forbidden, though those before it are not tried', async () => {
  const service = await startService()
  const needed = ['v-check-user-password', 'v-check-user-2fa', 'v-get-mail-account-value', CHANGE]
  service.panel.switches.permittedCommands = needed
  expect(gist(await post(service, byAccount()))).toBe('502 panel-misconfigured')
  const { body } = await service.http.get('/readyz')
  expect(body.faults).toContainEqual({ code: 'command-untried', command: 'v-search-domain-owner' })
  expect(body.faults).toContainEqual({ code: 'command-forbidden', command: 'v-list-user' })
  expect(service.panel.failedLogins).toBe(1)
})

it('readiness asks the panel at most every 30 s, however many ask', async () => {
  const service = await startService()
  await Promise.all(Array.from({ length: 10 }, () => service.http.get('/readyz')))
  expect(service.panel.calls).toHaveLength(6)
  service.clock.advance(29_000)
  await service.http.get('/readyz')
  expect(service.panel.calls).toHaveLength(6)
  service.clock.advance(2000)
  await service.http.get('/readyz')
  expect(service.panel.calls).toHaveLength(12)
})

it('readiness says that the panel is away while the process is healthy', async () => {
  const service = await startService()
  await service.panel.close()
  expect((await service.http.get('/readyz')).body).toEqual({
    status: 'not-ready',
    faults: [{ code: 'unreachable' }],
  })
  const health = await service.http.get('/healthz')
  expect(health.status).toBe(200)
  expect(health.body).toEqual({ status: 'ok' })
})
