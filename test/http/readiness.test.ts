import { expect, it, onTestFinished } from 'vitest'
import { openFolderStore } from '../../src/store/folder-store.js'
import { recoveryService } from '../kit/recovery.js'
import { scratchFolder, startService } from '../kit/service.js'
import { steppedFs, systemError } from '../kit/stepped-fs.js'
import { byAccount, byMailbox, gist, post } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const READY = { status: 'ready', faults: [] }

it('readiness is given when the panel takes the key for every needed command, and changes nothing', async () => {
  const service = await startService()
  await service.app.watch()
  const response = await service.http.get('/readyz')
  expect(response.status).toBe(200)
  expect(response.body).toEqual(READY)
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
  await service.app.watch()
  expect(service.commands().toSorted()).toEqual([CHANGE, 'v-get-mail-account-value', 'v-search-domain-owner'])
})

it('readiness asks for the command that only recovery links need, if they are on', async () => {
  const proofs = { REKEY_PROOFS: 'account' }
  const [without, withLinks] = [
    await startService({ environment: proofs }),
    await startService(recoveryService(proofs)),
  ]
  await without.app.watch()
  await withLinks.app.watch()
  expect(withLinks.commands().toSorted()).toEqual([...without.commands(), 'v-search-domain-owner'].toSorted())
})

it('readiness is told at once while the panel hangs: before the first check has ended it is not known', async () => {
  const service = await startService()
  const hold = service.panel.hold('v-search-domain-owner')
  const checked = service.app.watch()
  await hold.arrived
  const early = await service.http.get('/readyz')
  expect([early.status, early.body]).toEqual([
    503,
    { status: 'not-ready', faults: [{ code: 'not-checked-yet' }] },
  ])
  hold.release()
  await checked
  expect((await service.http.get('/readyz')).body).toEqual(READY)
})

it('readiness names the first command that the key may not run, and those that are not tried for it', async () => {
  const service = await startService()
  service.panel.switches.permittedCommands = ['v-search-domain-owner', CHANGE, 'v-check-user-password']
  await service.app.watch()
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

it('readiness names the command that an attempt was forbidden, and asks for nothing to know it', async () => {
  const service = await startService()
  await service.app.watch()
  service.panel.switches.permittedCommands = ['v-check-user-password', 'v-get-mail-account-value', CHANGE]
  expect(gist(await post(service, byAccount()))).toBe('502 panel-misconfigured')
  const calls = service.panel.calls.length
  const { body } = await service.http.get('/readyz')
  expect(body.faults).toEqual([{ code: 'command-forbidden', command: 'v-list-user' }])
  expect(service.panel.calls).toHaveLength(calls)
  expect(service.panel.failedLogins).toBe(1)
})

it('readiness asks the panel nothing, however many ask', async () => {
  const service = await startService()
  await service.app.watch()
  service.panel.calls.length = 0
  await Promise.all(Array.from({ length: 10 }, () => service.http.get('/readyz')))
  service.clock.advance(299_000)
  await service.http.get('/readyz')
  expect(service.panel.calls).toEqual([])
})

it('readiness asks the panel nothing more when the service stops', async () => {
  const service = await startService()
  await service.app.watch()
  await service.app.drain()
  service.panel.calls.length = 0
  service.clock.advance(300_000)
  for (let turn = 0; turn < 3; turn++) await service.http.get('/readyz')
  expect(service.panel.calls).toEqual([])
})

it('readiness says that the panel is away while the process is healthy, and that it is back when an attempt is served', async () => {
  const service = await startService()
  await service.app.watch()
  service.panel.failNext('v-search-domain-owner', { kind: 'reset', when: 'before-run' }, 2)
  expect(gist(await post(service, byMailbox()))).toBe('503 panel-unavailable')
  expect((await service.http.get('/readyz')).body).toEqual({
    status: 'not-ready',
    faults: [{ code: 'reset' }],
  })
  const health = await service.http.get('/healthz')
  expect([health.status, health.body]).toEqual([200, { status: 'ok' }])
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect((await service.http.get('/readyz')).body).toEqual(READY)
})

it('readiness is not lost by what is wrong with one mailbox, domain or account', async () => {
  const service = await startService()
  await service.app.watch()
  for (const [code, output] of [
    [3, 'Error: no such thing'],
    [5, 'Error: suspended'],
    [12, ''],
    [0, 'unreadable'],
  ] as const) {
    service.panel.failNext('v-list-user', { kind: 'exit', run: false, code, output })
    await post(service, byAccount())
  }
  service.panel.failNext('v-list-user', { kind: 'answer', run: false, status: 500, body: '<html></html>' })
  expect(gist(await post(service, byAccount()))).toBe('502 panel-failed')
  expect((await service.http.get('/readyz')).body).toEqual(READY)
})

it('readiness has the fault of a recovery store that takes no writes', async () => {
  let isFull = false
  const fs = steppedFs(({ name }) => {
    if (isFull && name.startsWith('appendFile')) throw systemError('ENOSPC')
  })
  const recoveryStore = await openFolderStore(scratchFolder({}), {
    now: () => 0,
    report: () => undefined,
    fs,
  })
  onTestFinished(() => recoveryStore.close())
  const service = await startService({ recoveryStore })
  await service.app.watch()
  expect((await service.http.get('/readyz')).body).toEqual(READY)
  isFull = true
  await recoveryStore.set('a', '1').catch(() => undefined)
  const { status, body } = await service.http.get('/readyz')
  const fault = { code: 'recovery-store-unavailable', reason: 'ENOSPC' }
  expect([status, body]).toEqual([503, { status: 'not-ready', faults: [fault] }])
})
