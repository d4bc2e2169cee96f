import { expect, it } from 'vitest'
import { type Panel, PanelFault } from '../../src/core/panel-port.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import type { Command } from '../../src/panel/command-runner.js'
import { createPanel } from '../../src/panel/commands.js'
import type { CommandAnswer } from '../../src/panel/read-answer.js'
import { PLAIN_ACCOUNT, PLAIN_RECORD } from '../kit/account-record.js'
import { createTestClock } from '../kit/clock.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const clock = createTestClock()
const DEADLINE = createDeadline(30_000, clock)
const VALUE = 'v-get-mail-account-value'
const PASSWORD = new Secret('the secret')

/** The result of a call, or its fault as text. */
type Result = unknown

/** A question to the panel, what it sends, and which exit codes aren't faults. */
interface Row {
  readonly name: keyof Panel
  readonly call: (panel: Panel) => Promise<Result>
  readonly sends: Omit<Command, 'deadline'>
  /** The output of a successful command. */
  readonly output?: string
  readonly results: Readonly<Record<number, Result>>
}

const DOTTED = 'ann.lee'
const NO_MAILBOX = { found: 'none', missing: 'mailbox' }
const question = { repeatable: true } as const

const table: readonly Row[] = [
  {
    name: 'isAccountPassword',
    call: (panel) => panel.isAccountPassword('alice', PASSWORD, '203.0.113.9'),
    sends: {
      ...question,
      name: 'v-check-user-password',
      args: ['alice', 'the secret', '203.0.113.9'],
      asked: 'code',
    },
    results: { 0: true, 2: false, 9: false },
  },
  {
    name: 'isTwoFactorCode',
    call: (panel) => panel.isTwoFactorCode('alice', new Secret('123456')),
    sends: { ...question, name: 'v-check-user-2fa', args: ['alice', '123456'], asked: 'code' },
    results: { 0: true, 2: false, 3: false, 9: false },
  },
  {
    name: 'lookUpAccount',
    call: (panel) => panel.lookUpAccount('alice'),
    sends: { ...question, name: 'v-list-user', args: ['alice', 'json'], asked: 'output' },
    output: JSON.stringify({ alice: PLAIN_RECORD }),
    results: { 0: PLAIN_ACCOUNT, 3: undefined },
  },
  {
    name: 'lookUpDomainOwner',
    call: (panel) => panel.lookUpDomainOwner('example.org'),
    sends: { ...question, name: 'v-search-domain-owner', args: ['example.org', 'mail'], asked: 'output' },
    output: 'alice',
    results: { 0: 'alice', 3: undefined },
  },
  {
    name: 'lookUpStoredHash',
    async call(panel) {
      const lookup = await panel.lookUpStoredHash('alice', 'example.org', DOTTED)
      return lookup.found === 'one' ? lookup.value.reveal() : lookup
    },
    sends: { ...question, name: VALUE, args: ['alice', 'example.org', 'ann\\.lee', 'md5'], asked: 'output' },
    output: '{BLF-CRYPT}x',
    results: { 0: '{BLF-CRYPT}x', 3: NO_MAILBOX },
  },
  {
    name: 'hasMailbox',
    call: (panel) => panel.hasMailbox('alice', 'example.org', DOTTED),
    sends: {
      ...question,
      name: VALUE,
      args: ['alice', 'example.org', 'ann\\.lee', 'account'],
      asked: 'output',
    },
    output: DOTTED,
    results: { 0: true, 3: false },
  },
  {
    name: 'hasSiblings',
    call: (panel) => panel.hasSiblings('alice', 'example.org', DOTTED),
    sends: {
      ...question,
      name: VALUE,
      args: ['alice', 'example.org', 'ann[^.]lee', 'account'],
      asked: 'code',
    },
    results: { 0: true, 2: true, 3: false },
  },
]

/** The codes that end a change before it has begun. After all others, the outcome is unknown. */
const change: Row = {
  name: 'changeMailboxPassword',
  call: (panel) => panel.changeMailboxPassword('alice', 'example.org', DOTTED, PASSWORD),
  sends: {
    name: CHANGE,
    args: ['alice', 'example.org', DOTTED, 'the secret'],
    asked: 'code',
    repeatable: false,
  },
  results: {
    0: 'done',
    1: 'panel-failed exit-code-1',
    2: 'malformed',
    3: 'missing',
    5: 'suspended',
    14: 'panel-busy load-too-high',
  },
}

const CODES = Array.from({ length: 22 }, (_, code) => code)

/** The result of a call with this answer, and the command that it sent. */
async function ask(
  call: Row['call'],
  answer: Partial<CommandAnswer> | PanelFault,
): Promise<{ result: Result; sent: Command | undefined }> {
  let sent: Command | undefined
  const panel = createPanel(
    async (command) => {
      sent = command
      if (answer instanceof PanelFault) throw answer
      return { is: 'ran', exitCode: 0, output: '', ...answer }
    },
    DEADLINE,
    () => undefined,
    clock,
  )
  const result = await call(panel).catch((error: unknown) => {
    if (!(error instanceof PanelFault)) throw error
    expect(error.mayHaveRun).toBe(answer instanceof PanelFault && answer.mayHaveRun)
    return `${error.code} ${error.reason}`
  })
  return { result, sent }
}

it.each([...table, change])(
  '$name sends one command, and waits for it until the deadline',
  async ({ call, sends, output = '' }) => {
    const { sent } = await ask(call, { output })
    expect(sent).toEqual({ ...sends, deadline: expect.anything() })
    expect(sent?.deadline).toBe(DEADLINE)
  },
)

it.each(table.flatMap((row) => CODES.map((code) => ({ ...row, code }))))(
  '$name is answered by exit code $code with what that means, or with a fault of the panel',
  async ({ call, output = '', results, code }) => {
    const fault = code === 14 ? 'panel-busy load-too-high' : `panel-failed exit-code-${code}`
    const { result } = await ask(call, { exitCode: code, output: code === 0 ? output : 'Error: x' })
    expect(result).toEqual(code in results ? results[code] : fault)
  },
)

it.each(CODES)(
  'changeMailboxPassword is answered by exit code %i with what that means, or with an unknown outcome',
  async (code) => {
    const { result } = await ask(change.call, { exitCode: code })
    expect(result).toBe(code in change.results ? change.results[code] : 'failed')
  },
)

it.each(table.filter(({ sends }) => sends.asked === 'output'))(
  '$name treats a name that the panel does not allow as one that does not exist',
  async ({ name, call, results }) => {
    const kind = name === 'lookUpDomainOwner' ? 'domain' : 'user'
    const output = `Error: invalid ${kind} format :: x`
    const { result } = await ask(call, { exitCode: 2, output })
    expect(result).toEqual(results[3])
  },
)

it.each([
  ['lookUpAccount', '', 'unreadable-output'],
  ['lookUpAccount', '{"alice":', 'unreadable-output'],
  ['lookUpAccount', JSON.stringify({ bob: PLAIN_RECORD }), 'unreadable-output'],
  ['lookUpDomainOwner', '', 'unreadable-output'],
  ['lookUpDomainOwner', '-x', 'unreadable-output'],
  ['lookUpDomainOwner', 'alice bob', 'unreadable-output'],
  ['lookUpStoredHash', '', 'unreadable-output'],
  ['lookUpStoredHash', 'BLF-CRYPT', 'unreadable-output'],
  ['lookUpStoredHash', '{BLF-CRYPT}x y', 'unreadable-output'],
  ['hasMailbox', '', 'unreadable-output'],
  ['hasMailbox', '<html>', 'unreadable-output'],
])('%s accepts no success with the output %j', async (name, output, reason) => {
  const row = table.find((each) => each.name === name)
  if (!row) throw new Error(`no row for ${name}`)
  expect((await ask(row.call, { output })).result).toBe(`panel-failed ${reason}`)
})

it.each(['lookUpStoredHash', 'hasMailbox'])(
  '%s distinguishes a panel that accepts no patterns from one without the mailbox',
  async (name) => {
    const row = table.find((each) => each.name === name)
    if (!row) throw new Error(`no row for ${name}`)
    const answer = { exitCode: 2, output: 'Error: invalid account format :: ann\\.lee' }
    expect((await ask(row.call, answer)).result).toBe('panel-failed escaped-name-refused')
    const plain = await ask((panel) => panel.hasMailbox('alice', 'example.org', 'info'), answer)
    expect(plain.result).toBe(false)
  },
)

it('lookUpStoredHash distinguishes a domain missing in the account from a mailbox missing in the domain', async () => {
  const call: Row['call'] = (panel) => panel.lookUpStoredHash('alice', 'example.org', 'info')
  const missing = async (output: string) => (await ask(call, { exitCode: 3, output })).result
  expect(await missing("Error: example.org account info doesn't exist")).toEqual(NO_MAILBOX)
  const noDomain = { found: 'none', missing: 'domain' }
  expect(await missing("Error: mail domain example.org doesn't exist")).toEqual(noDomain)
  expect(await missing("Error: user alice doesn't exist")).toEqual(noDomain)
})

it('lookUpDomainOwner takes no output for a legacy key as a domain without an owner', async () => {
  const call: Row['call'] = (panel) => panel.lookUpDomainOwner('example.org')
  expect((await ask(call, { exitCode: undefined, output: '' })).result).toBeUndefined()
  const unknown = await ask(call, { exitCode: undefined, output: 'Error: x' })
  expect(unknown.result).toBe('panel-failed exit-code-unknown')
})

it.each(table.filter(({ output }) => output !== undefined))(
  '$name ignores the output of a failed command, whatever it looks like',
  async ({ call, output = '' }) => {
    expect((await ask(call, { exitCode: 4, output })).result).toBe('panel-failed exit-code-4')
    const nameless = 'Error: invalid user format :: x'
    expect((await ask(call, { exitCode: 4, output: nameless })).result).toBe('panel-failed exit-code-4')
  },
)

it('hasSiblings sends nothing for a name without a dot', async () => {
  const { result, sent } = await ask((panel) => panel.hasSiblings('alice', 'example.org', 'info'), {})
  expect([result, sent]).toEqual([false, undefined])
})

it('changeMailboxPassword distinguishes a change that may have been made from one that was not sent', async () => {
  const lost = new PanelFault('panel-unavailable', 'reset', { mayHaveRun: true })
  expect((await ask(change.call, lost)).result).toBe('lost')
  const unsent = new PanelFault('panel-unavailable', 'unreachable')
  expect((await ask(change.call, unsent)).result).toBe('panel-unavailable unreachable')
})

it.each(table)('$name passes a fault of the panel on unchanged', async ({ call }) => {
  for (const mayHaveRun of [true, false]) {
    const fault = new PanelFault('panel-unavailable', 'timed-out', { mayHaveRun })
    expect((await ask(call, fault)).result).toBe('panel-unavailable timed-out')
  }
})
