import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAccountRecords } from '../../src/core/account-records.js'
import type { Outcome } from '../../src/core/answer.js'
import type { Credentials } from '../../src/core/attempt.js'
import { changePassword } from '../../src/core/change-password.js'
import { createDomainOwners } from '../../src/core/domain-owners.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import { checkByStoredHash } from '../../src/core/verify-password.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import type { RunCommand } from '../../src/panel/command-runner.js'
import { createPanel } from '../../src/panel/commands.js'
import { createMemoryDomainOwners } from '../../src/store/memory-domain-owners.js'
import { createTestClock } from '../kit/clock.js'
import { ALONE } from '../kit/panel-visit.js'
import { checkAccountFormat } from '../panel-simulator/commands/checks.js'
import { runCommand } from '../panel-simulator/commands/commands.js'
import { createWorkload } from '../panel-simulator/server/workload.js'
import { createAccounts } from '../panel-simulator/state/accounts.js'
import type { PanelState } from '../panel-simulator/state/panel-state.js'
import { type PanelRelease, panelReleases } from '../panel-simulator/state/releases.js'
import { createSwitches } from '../panel-simulator/state/switches.js'

const OLD = 'the former secret'
const NEW = 'a wholly new secret'

const inClear = (password: string): string => `{PLAIN}${password.replaceAll(' ', '_')}`

/** A panel with one domain and these mailboxes, in this order. */
function createState(release: PanelRelease, localParts: readonly string[]): PanelState {
  const mailboxes = localParts.map((account) => ({ account, hash: inClear(OLD), suspended: false }))
  const loginFile = mailboxes.map(({ account, hash }) => `${account}:${hash}`)
  return {
    release,
    switches: createSwitches(),
    accounts: createAccounts(),
    domains: [{ owner: 'alice', name: 'example.org', suspended: false, mailboxes, loginFile }],
    files: new Map(),
    authLog: [],
    changeRuns: [],
    hashPassword: async (password) => inClear(password),
    publishLogins: () => undefined,
  }
}

const byMailbox: Credentials = { proof: 'mailbox', password: new Secret(OLD) }
const byAccount: Credentials = {
  proof: 'account',
  username: 'alice',
  password: new Secret('alice panel pw'),
  code: undefined,
}

/** Requests a change from a panel in this state, directly. */
async function change(state: PanelState, localPart: string, credentials: Credentials): Promise<Outcome> {
  const clock = createTestClock()
  const workload = createWorkload({ profile: undefined, delayMs: 0, clock })
  const run: RunCommand = async ({ name, args, asked }) => {
    const { code, output } = await runCommand(name, args, 'access-key', state, workload)
    return { is: 'ran', exitCode: code, output: asked === 'code' ? '' : output }
  }
  const mailbox = parseMailbox(`${localPart}@example.org`)
  if (!mailbox) throw new Error(`no mailbox: ${localPart}`)
  const deadline = createDeadline(30_000, clock)
  return await changePassword(
    {
      mailbox,
      credentials,
      newPassword: new Secret(NEW),
      solution: undefined,
      clientAddress: '203.0.113.9',
      deadline,
      hungUp: new AbortController().signal,
      callerKind: 'public',
    },
    {
      enterPanel: () => ({ ...createPanel(run, deadline, () => undefined, clock), ...ALONE }),
      accounts: createAccountRecords(clock),
      owners: createDomainOwners(createMemoryDomainOwners(clock), clock),
      locks: {
        run: (_mailbox, _maxWaitMs, work) =>
          work({
            lastForMailboxMsAgo: Number.POSITIVE_INFINITY,
            confirm: async () => undefined,
            leaveInDoubt: () => undefined,
          }),
      },
      checkPolicy: async () => [],
      checkPassword: checkByStoredHash(
        async (password, hash) => inClear(password.reveal()) === hash.reveal(),
      ),
      clock,
      allowAdminAccounts: false,
    },
  )
}

/** A name with up to four dots, and a similar one: some characters differ, most often the dots. */
const pairs = fc
  .array(fc.constantFrom('a', 'b', '-', '_', '.'), { minLength: 1, maxLength: 7 })
  .map((characters) => characters.join(''))
  .filter((name) => name.split('.').length <= 5)
  .chain((name) => {
    const like = [...name].map((character) =>
      character === '.'
        ? fc.constantFrom('.', 'a', '-', '_')
        : fc.oneof({ weight: 8, arbitrary: fc.constant(character) }, fc.constantFrom('.', 'b')),
    )
    return fc.tuple(
      fc.constant(name),
      fc.tuple(...like).map((characters) => characters.join('')),
    )
  })
  .filter(([name, other]) => name !== other && [name, other].every(isGiven))

/** Whether all releases allow such names. */
function isGiven(name: string): boolean {
  return panelReleases.every((release) => checkAccountFormat(name, release) === undefined)
}

describe.each(panelReleases)('on release %s', (release) => {
  it.each([
    ['the mailbox’s password', byMailbox],
    ['the hosting account', byAccount],
  ] as const)(
    `on release ${release} a change proved by %s leaves other mailboxes of the domain alone, or is refused`,
    async (_proof, credentials) => {
      const codes = new Set<string>()
      await fc.assert(
        fc.asyncProperty(pairs, fc.boolean(), async ([name, other], isFirst) => {
          const state = createState(release, isFirst ? [name, other] : [other, name])
          const { code } = await change(state, name, credentials)
          codes.add(code)
          const [domain] = state.domains
          const linesOf = (account: string) =>
            domain?.loginFile.filter((line) => line.startsWith(`${account}:`))
          const hashOf = (account: string) =>
            domain?.mailboxes.find((mailbox) => mailbox.account === account)?.hash
          expect([linesOf(other), hashOf(other)]).toEqual([[`${other}:${inClear(OLD)}`], inClear(OLD)])
          const inForce = inClear(code === 'changed' ? NEW : OLD)
          expect([linesOf(name), hashOf(name)]).toEqual([[`${name}:${inForce}`], inForce])
        }),
        { numRuns: 400 },
      )
      expect(codes).toEqual(new Set(['changed', 'mailbox-ambiguous']))
    },
  )

  it(`on release ${release} a change for a name that exists only as a wildcard changes nothing`, async () => {
    await fc.assert(
      fc.asyncProperty(pairs, fc.constantFrom(byMailbox, byAccount), async ([name, other], credentials) => {
        const state = createState(release, [other])
        const { code } = await change(state, name, credentials)
        expect(code).toBe(credentials.proof === 'mailbox' ? 'invalid-credentials' : 'mailbox-not-found')
        expect(state.domains[0]?.loginFile).toEqual([`${other}:${inClear(OLD)}`])
        expect(state.domains[0]?.mailboxes[0]?.hash).toBe(inClear(OLD))
      }),
      { numRuns: 400 },
    )
  })
})
