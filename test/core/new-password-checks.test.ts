import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { MailServerFault } from '../../src/core/mail-server-port.js'
import { createNewPasswordChecks, type NewPasswordState } from '../../src/core/new-password-checks.js'
import { Secret } from '../../src/lib/secret.js'
import { createTestClock } from '../kit/clock.js'

const away = new MailServerFault('unreachable', false)

/** The result of a login, and how long it takes. */
type Login = boolean | Error | { readonly comesTo: boolean | Error; readonly afterMs: number }

/** A mail server whose logins have these results. The last one repeats. */
function setUp(logins: readonly Login[]) {
  const clock = createTestClock()
  const seen: { atMs: number; mailbox: string; password: string; clientAddress: string; leftMs: number }[] =
    []
  const states: NewPasswordState[] = []
  const checks = createNewPasswordChecks(async (mailbox, password, clientAddress, deadline) => {
    seen.push({
      atMs: clock.now(),
      mailbox,
      password: password.reveal(),
      clientAddress,
      leftMs: deadline.leftMs(),
    })
    const login = logins[Math.min(seen.length, logins.length) - 1] ?? false
    const { comesTo, afterMs } =
      typeof login === 'object' && 'afterMs' in login ? login : { comesTo: login, afterMs: 0 }
    await clock.waitInBackground(afterMs)
    if (comesTo instanceof Error) throw comesTo
    return comesTo
  }, clock)
  return {
    clock,
    checks,
    seen,
    states,
    times: () => seen.map(({ atMs }) => atMs),
    begin(mailbox = 'info@example.org', newPassword = 'new') {
      const change = { mailbox, newPassword: new Secret(newPassword), clientAddress: '203.0.113.9' }
      checks.begin(change, (state) => void states.push(state))
    },
    async pass(durationMs: number) {
      for (let passedMs = 0; passedMs < durationMs; passedMs += 100) {
        clock.advance(100)
        await setImmediate()
      }
    },
  }
}

it('a new password is tried once if the mail server accepts it, after its login files were read', async () => {
  const { begin, pass, seen, states } = setUp([true])
  begin()
  await pass(1400)
  expect(seen).toEqual([])
  await pass(60_000)
  expect(seen).toEqual([
    {
      atMs: 1500,
      mailbox: 'info@example.org',
      password: 'new',
      clientAddress: '203.0.113.9',
      leftMs: 20_000,
    },
  ])
  expect(states).toEqual([{ result: 'accepted' }])
})

it.each<[string, readonly Login[], readonly number[], NewPasswordState]>([
  ['takes it late', [false, true], [1500, 4000], { result: 'accepted' }],
  ['never takes it', [false], [1500, 4000, 10_000], { result: 'refused' }],
  ['is away', [away], [1500, 4000, 10_000], { result: 'unknown', reason: 'unreachable' }],
  ['is away, then takes it', [away, true], [1500, 4000], { result: 'accepted' }],
  ['is away, then refuses it', [away, away, false], [1500, 4000, 10_000], { result: 'refused' }],
  [
    'refuses it, then is away',
    [false, false, away],
    [1500, 4000, 10_000],
    { result: 'unknown', reason: 'unreachable' },
  ],
  [
    'is so slow that it does not answer',
    [{ comesTo: new MailServerFault('timed-out', true), afterMs: 20_000 }],
    [1500],
    { result: 'unknown', reason: 'timed-out' },
  ],
  ['refuses it slowly', [{ comesTo: false, afterMs: 15_000 }, true], [1500, 16_500], { result: 'accepted' }],
  [
    'refuses it so slowly that a try is missed',
    [{ comesTo: false, afterMs: 5000 }, false],
    [1500, 10_000],
    { result: 'refused' },
  ],
  [
    'failed because of a bug of Rekey’s',
    [new TypeError('canary')],
    [1500, 4000, 10_000],
    { result: 'unknown', reason: 'internal-error' },
  ],
])('a new password is judged by the last try if the mail server %s', async (_what, logins, times, state) => {
  const setting = setUp(logins)
  setting.begin()
  await setting.pass(60_000)
  expect(setting.times()).toEqual(times)
  expect(setting.states).toEqual([state])
})

it('a new password is not tried any more after a newer change of the mailbox', async () => {
  const { begin, pass, seen, states } = setUp([false, true])
  begin('info@example.org', 'first')
  await pass(2000)
  begin('info@example.org', 'second')
  await pass(500)
  begin('info@example.org', 'third')
  begin('other@example.org')
  await pass(60_000)
  expect(seen.map(({ password }) => password)).toEqual(['first', 'third', 'new'])
  const outdated = { result: 'unknown', reason: 'changed-again' }
  expect(states).toEqual([outdated, outdated, { result: 'accepted' }, { result: 'accepted' }])
})

it('a new password is not kept if 64 others wait, except in place of an earlier one of its mailbox', async () => {
  const { begin, pass, seen, states } = setUp([true])
  for (let index = 0; index < 64; index++) begin(`m${index}@example.org`)
  begin('late@example.org')
  expect(states).toEqual([{ result: 'unknown', reason: 'too-many-checks' }])
  begin('m0@example.org', 'newer')
  await pass(2000)
  expect(seen.map(({ mailbox }) => mailbox)).not.toContain('late@example.org')
  expect(seen).toHaveLength(64)
  begin('late@example.org')
  await pass(2000)
  expect(states.slice(-1)).toEqual([{ result: 'accepted' }])
})

it('a new password is still tried while the process stops, as long as that may take', async () => {
  const { clock, checks, begin, pass, states } = setUp([true])
  begin()
  const grace = clock.hold()
  const closed = checks.close(5000)
  await grace.asked
  await pass(1500)
  await closed
  expect(states).toEqual([{ result: 'accepted' }])
  grace.release()
})

it('a new password that is not checked before the process stops is reported as unknown', async () => {
  const { checks, begin, states, pass, seen } = setUp([{ comesTo: false, afterMs: 20_000 }])
  begin()
  await checks.close(5000)
  expect(states).toEqual([{ result: 'unknown', reason: 'stopped' }])
  const triedBefore = seen.length
  await pass(60_000)
  expect(states).toHaveLength(1)
  expect(seen).toHaveLength(triedBefore)
})

it('without new passwords to check, the process stops at once', async () => {
  const { clock, checks, begin, pass } = setUp([true])
  begin()
  await pass(2000)
  await checks.close(5000)
  expect(clock.waits).toEqual([])
})
