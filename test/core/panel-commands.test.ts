import { expect, it } from 'vitest'
import { createAccountRecords } from '../../src/core/account-records.js'
import type { Credentials } from '../../src/core/attempt.js'
import { changePassword } from '../../src/core/change-password.js'
import { createDomainOwners } from '../../src/core/domain-owners.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import { checkByMailLogin, checkByStoredHash } from '../../src/core/verify-password.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import type { RunCommand } from '../../src/panel/command-runner.js'
import { createPanel } from '../../src/panel/commands.js'
import { createMemoryDomainLocks } from '../../src/store/memory-domain-locks.js'
import { createMemoryDomainOwners } from '../../src/store/memory-domain-owners.js'
import { createTestClock } from '../kit/clock.js'
import { ALONE } from '../kit/panel-visit.js'
import { runCommand } from '../panel-simulator/commands/commands.js'
import { totp } from '../panel-simulator/commands/totp.js'
import { createWorkload } from '../panel-simulator/server/workload.js'
import { createPanelState } from '../panel-simulator/state/panel-state.js'

// Which commands an attempt sends, in which order, and which of them in parallel. The owner of the domain is cached.

const inClear = (password: string): string => `{PLAIN}${password.replaceAll(' ', '_')}`

const NAMES: Readonly<Record<string, string>> = {
  'v-search-domain-owner': 'owner',
  'v-check-user-password': 'check',
  'v-check-user-2fa': 'code',
  'v-list-user': 'record',
  'v-change-mail-account-password': 'change',
}

function nameOf(command: string, args: readonly string[]): string {
  if (command !== 'v-get-mail-account-value') return NAMES[command] ?? command
  return args.at(-1) === 'md5' ? 'hash' : 'siblings'
}

interface Try {
  readonly email: string
  readonly credentials: Credentials
  /** How many commands the panel can run in parallel. */
  readonly room: number
  readonly byMailServer?: boolean
}

/** Tries a change. Returns its code, then the commands of each step. */
async function tryChange({ email, credentials, room, byMailServer = false }: Try) {
  const clock = createTestClock()
  const state = await createPanelState({ hashPassword: async (password) => inClear(password) })
  const workload = createWorkload({ profile: undefined, delayMs: 0, clock })
  const steps = new Map<number, string[]>()
  const run: RunCommand = async ({ name, args, asked }) => {
    const startedMs = clock.now()
    steps.set(startedMs, [...(steps.get(startedMs) ?? []), nameOf(name, args)])
    await clock.wait(1000)
    const { code, output } = await runCommand(name, args, 'access-key', state, workload)
    return { is: 'ran', exitCode: code, output: asked === 'code' ? '' : output }
  }
  const mailbox = parseMailbox(email)
  if (!mailbox) throw new Error(`no mailbox: ${email}`)
  const memory = createMemoryDomainOwners(clock)
  await memory.set('example.org', { username: 'alice', domainForm: 'example.org' })
  const deadline = createDeadline(30_000, clock)
  const { code } = await changePassword(
    {
      mailbox,
      credentials,
      newPassword: new Secret('a wholly new secret'),
      solution: undefined,
      clientAddress: '203.0.113.9',
      deadline,
      hungUp: new AbortController().signal,
      callerKind: 'public',
    },
    {
      enterPanel: () => ({
        ...createPanel(run, deadline, () => undefined, clock),
        ...ALONE,
        hasRoom: (commands) => commands <= room,
      }),
      accounts: createAccountRecords(clock),
      owners: createDomainOwners(memory, clock),
      locks: createMemoryDomainLocks(clock),
      checkPolicy: async () => [],
      checkPassword: byMailServer
        ? checkByMailLogin(async (_address, password) => password.reveal().endsWith(' mail pw'))
        : checkByStoredHash(async (password, hash) => inClear(password.reveal()) === hash.reveal()),
      clock,
      allowAdminAccounts: false,
    },
  )
  return [code, ...steps.values()]
}

const INFO = 'info@example.org'
const SOLO = 'solo.name@example.org'

const byMailbox = (password: string): Credentials => ({ proof: 'mailbox', password: new Secret(password) })

function byAccount(username: string, password = `${username} panel pw`, code?: string): Credentials {
  return {
    proof: 'account',
    username,
    password: new Secret(password),
    code: code ? new Secret(code) : undefined,
  }
}

const CODE = totp('JBSWY3DPEHPK3PXP', Date.now())

it.each([
  ['hash', INFO, 1, byMailbox('info mail pw'), [['hash'], ['change']]],
  ['hash', INFO, 3, byMailbox('info mail pw'), [['hash'], ['change']]],
  ['hash', SOLO, 1, byMailbox('solo mail pw'), [['hash'], ['siblings'], ['change']]],
  ['hash', SOLO, 2, byMailbox('solo mail pw'), [['siblings', 'hash'], ['change']]],
  ['imap', INFO, 3, byMailbox('info mail pw'), [['change']]],
  ['imap', SOLO, 3, byMailbox('solo mail pw'), [['siblings'], ['change']]],
  ['account', INFO, 1, byAccount('alice'), [['check'], ['record'], ['change']]],
  ['account', INFO, 2, byAccount('alice'), [['check', 'record'], ['change']]],
  ['account', SOLO, 1, byAccount('alice'), [['check'], ['record'], ['siblings'], ['change']]],
  ['account', SOLO, 2, byAccount('alice'), [['check', 'record'], ['siblings'], ['change']]],
  ['account', SOLO, 3, byAccount('alice'), [['check', 'record', 'siblings'], ['change']]],
  [
    'account and code',
    'dave@dave.example',
    1,
    byAccount('dave', undefined, CODE),
    [['check'], ['record'], ['code'], ['change']],
  ],
  [
    'account and code',
    'dave@dave.example',
    2,
    byAccount('dave', undefined, CODE),
    [['check', 'record'], ['code'], ['change']],
  ],
] as const)(
  'a change by %s of %s sends only what it needs, to a panel with room for %i',
  async (proof, email, room, credentials, steps) => {
    const tried = { email, credentials, room, byMailServer: proof === 'imap' }
    expect(await tryChange(tried)).toEqual(['changed', ...steps])
  },
)

// If there is room, what a right password needs is asked in parallel with the check, so a wrong one costs it too. A name with a dot
// needs one command more before the change: two steps for a right password mean one command more for a wrong one.
it.each([
  ['hash', INFO, 3, byMailbox('wrong'), [['hash']]],
  ['hash', SOLO, 1, byMailbox('wrong'), [['hash']]],
  ['hash', SOLO, 2, byMailbox('wrong'), [['siblings', 'hash']]],
  ['imap', SOLO, 3, byMailbox('wrong'), []],
  ['account', INFO, 1, byAccount('alice', 'wrong'), [['check']]],
  ['account', INFO, 2, byAccount('alice', 'wrong'), [['check', 'record']]],
  ['account', INFO, 3, byAccount('alice', 'wrong'), [['check', 'record']]],
  ['account', SOLO, 1, byAccount('alice', 'wrong'), [['check']]],
  ['account', SOLO, 2, byAccount('alice', 'wrong'), [['check', 'record']]],
  ['account', SOLO, 3, byAccount('alice', 'wrong'), [['check', 'record', 'siblings']]],
  ['account and code', 'dave@dave.example', 3, byAccount('dave', 'wrong', CODE), [['check', 'record']]],
] as const)(
  'a wrong guess by %s at %s sends only the first step, to a panel with room for %i',
  async (proof, email, room, credentials, steps) => {
    const tried = { email, credentials, room, byMailServer: proof === 'imap' }
    expect(await tryChange(tried)).toEqual(['invalid-credentials', ...steps])
  },
)
