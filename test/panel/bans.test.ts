import { expect, it } from 'vitest'
import { neededCommands } from '../../src/panel/needed-commands.js'
import { CALLS_OF_THE_DOCTOR, mostWithinAWindow, PANEL_BANS_AT, WINDOW_MS } from '../kit/panel-bans.js'
import { readinessOf, startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, post } from '../kit/submissions.js'

const ALL = neededCommands(['mailbox', 'account'])

/**
 * The times at which the panel logged failed logins, while monitors and people send requests without a pause for twenty minutes.
 */
async function failedLoginsOf(service: TestService): Promise<number[]> {
  const times: number[] = []
  while (service.clock.now() < 2 * WINDOW_MS) {
    await service.http.get('/readyz')
    await Promise.all([post(service, byMailbox()), post(service, byAccount())])
    while (times.length < service.panel.failedLogins) times.push(service.clock.now())
    service.clock.advance(30_000)
  }
  return times
}

// key-guard.test.ts tests each kind of key. This tests that the service calls the panel only through the guard.

it.each([
  { what: 'was deleted', permitted: undefined },
  { what: 'may run nothing', permitted: [] },
  { what: 'may not run v-list-user', permitted: ALL.filter((command) => command !== 'v-list-user') },
])('the panel’s fail2ban does not ban this host for a key that $what', async ({ permitted }) => {
  const service = await startService()
  service.panel.switches.permittedCommands = permitted
  service.panel.switches.keyRevoked = permitted === undefined
  await service.app.watch()
  const times = await failedLoginsOf(service)
  expect(times.length).toBeGreaterThan(1)
  expect(mostWithinAWindow(times)).toBeLessThan(PANEL_BANS_AT - CALLS_OF_THE_DOCTOR)
})

it('the panel’s fail2ban does not ban this host for a key with few permissions when many call in parallel before anything is known about it', async () => {
  const service = await startService()
  service.panel.switches.permittedCommands = ['v-check-user-password']
  await Promise.all(Array.from({ length: 8 }, () => post(service, byAccount())))
  expect(service.panel.failedLogins).toBeLessThan(PANEL_BANS_AT - CALLS_OF_THE_DOCTOR)
})

it('the panel’s fail2ban does not ban this host, and a key that was refused and is accepted again is checked for all it may do', async () => {
  const service = await startService()
  expect(await readinessOf(service)).toEqual([])
  service.panel.switches.permittedCommands = ALL
  await service.app.findKeyExcess()
  service.clock.advance(60_000)
  service.panel.switches.keyRevoked = true
  expect(gist(await post(service, byAccount()))).toBe('502 panel-misconfigured')
  service.panel.switches.keyRevoked = false
  service.clock.advance(5 * 60_000)
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
  expect(await service.app.checkReadiness()).toEqual([])
})

it.each(['mailbox', 'account'] as const)(
  'the panel’s fail2ban does not ban this host for a key that is left with proof by %s while the service runs',
  async (proof) => {
    const service = await startService()
    expect(await readinessOf(service)).toEqual([])
    service.panel.switches.permittedCommands = neededCommands([proof])
    const times = await failedLoginsOf(service)
    expect(times.length).toBeGreaterThan(1)
    expect(mostWithinAWindow(times)).toBeLessThan(PANEL_BANS_AT)
    const body =
      proof === 'mailbox'
        ? byMailbox({ currentPassword: NEW_PASSWORD, newPassword: 'another new secret' })
        : byAccount()
    expect(gist(await post(service, body))).toBe('200 changed')
  },
)
