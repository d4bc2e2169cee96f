import { describe, expect, it } from 'vitest'
import { neededCommands } from '../../src/panel/needed-commands.js'
import { startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, post } from '../kit/submissions.js'

/** As Hestia sets fail2ban up (its `install/deb/fail2ban/jail.local`): the fifth failed login within ten minutes bans. */
const BANNED_AT = 5
const WINDOW_MS = 10 * 60_000

/** So often the doctor may be asked within a window besides. */
const LOOKS_OF_THE_DOCTOR = 2

const ALL = neededCommands(['mailbox', 'account'])

/** When the panel logged a failed login, while for 40 minutes monitors and people ask without a pause. */
async function failedLoginsOf(service: TestService): Promise<number[]> {
  const times: number[] = []
  while (service.clock.now() < 4 * WINDOW_MS) {
    await service.http.get('/readyz')
    await Promise.all([post(service, byMailbox()), post(service, byAccount())])
    while (times.length < service.panel.failedLogins) times.push(service.clock.now())
    service.clock.advance(30_000)
  }
  return times
}

function mostWithinAWindow(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length))
}

describe('the panel’s fail2ban does not ban this host', () => {
  it.each([
    { what: 'was deleted', permitted: undefined },
    { what: 'may run nothing', permitted: [] },
    ...ALL.map((command) => ({ what: `may run ${command} alone`, permitted: [command] })),
    ...ALL.map((missing) => ({
      what: `may not run ${missing}`,
      permitted: ALL.filter((command) => command !== missing),
    })),
  ])('for a key that $what', async ({ permitted }) => {
    const service = await startService()
    service.panel.switches.permittedCommands = permitted
    service.panel.switches.keyRevoked = permitted === undefined
    const times = await failedLoginsOf(service)
    expect(times.length).toBeGreaterThan(1)
    expect(mostWithinAWindow(times)).toBeLessThan(BANNED_AT - LOOKS_OF_THE_DOCTOR)
  })

  it('for a key that may do little, when many ask at once before anything is known of it', async () => {
    for (const permitted of ALL) {
      const service = await startService()
      service.panel.switches.permittedCommands = [permitted]
      await Promise.all(Array.from({ length: 8 }, () => post(service, byAccount())))
      expect(service.panel.failedLogins).toBeLessThan(BANNED_AT - LOOKS_OF_THE_DOCTOR)
    }
  })

  it('and a key that was refused, and is taken again, is asked for all that it may do', async () => {
    const service = await startService()
    expect(await service.app.checkReadiness()).toEqual([])
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
    'for a key that is left with %s mode while the service runs',
    async (mode) => {
      const service = await startService()
      expect(await service.app.checkReadiness()).toEqual([])
      service.panel.switches.permittedCommands = neededCommands([mode])
      const times = await failedLoginsOf(service)
      expect(times.length).toBeGreaterThan(1)
      expect(mostWithinAWindow(times)).toBeLessThan(BANNED_AT)
      const proof =
        mode === 'mailbox'
          ? byMailbox({ currentPassword: NEW_PASSWORD, newPassword: 'another new secret' })
          : byAccount()
      expect(gist(await post(service, proof))).toBe('200 changed')
    },
  )
})
