import { expect, it } from 'vitest'
import type { Proofs } from '../../src/core/attempt.js'
import { PanelFault } from '../../src/core/panel-port.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import type { Command, RunCommand } from '../../src/panel/command-runner.js'
import type { PanelCredentials } from '../../src/panel/credentials.js'
import { createKeyExcessCheck } from '../../src/panel/key-excess.js'
import { probe } from '../../src/panel/probe.js'
import type { CommandAnswer } from '../../src/panel/read-answer.js'
import { askRelease } from '../../src/panel/release.js'
import { createTestClock } from '../kit/clock.js'

const OWNER = 'v-search-domain-owner'
const VALUE = 'v-get-mail-account-value'
const TIMEOUT_MS = 5000

/** The answer to a permitted command without arguments, and to the lookup of a missing mailbox. */
const USAGE: Partial<CommandAnswer> = { exitCode: 1, output: 'Usage: v-x' }
const NONE: Partial<CommandAnswer> = { exitCode: 3, output: "Error: mail domain rekey.invalid doesn't exist" }

type Reply = Partial<CommandAnswer> | Error

const forbidden = new PanelFault('panel-misconfigured', 'command-forbidden')

/** A panel whose key may run everything, except for these replies. */
function createRun(replies: Readonly<Record<string, Reply>> = {}): { run: RunCommand; sent: Command[] } {
  const sent: Command[] = []
  const run: RunCommand = async (command) => {
    sent.push(command)
    const reply = replies[command.name] ?? (command.name === VALUE ? NONE : USAGE)
    if (reply instanceof Error) throw reply
    return { is: 'ran', exitCode: 0, output: '', ...reply }
  }
  return { run, sent }
}

const namesOf = (sent: readonly Command[]): string[] => sent.map(({ name }) => name)

async function probed(name: string, reply?: Reply) {
  const { run, sent } = createRun(reply && { [name]: reply })
  const deadline = createDeadline(TIMEOUT_MS, createTestClock())
  return { fault: await probe(run, name, deadline), sent: sent[0], deadline }
}

it('a probe asks for the output of a command without arguments, and for a value of a mailbox that can’t exist', async () => {
  const owner = await probed(OWNER)
  const asked = { asked: 'output', repeatable: true }
  expect(owner.sent).toEqual({ ...asked, name: OWNER, args: [], deadline: owner.deadline })
  const value = await probed(VALUE)
  const args = ['rekey', 'rekey.invalid', 'no\\.such\\.mailbox', 'account']
  expect(value.sent).toEqual({ ...asked, name: VALUE, args, deadline: value.deadline })
  expect([owner.fault, value.fault]).toEqual([undefined, undefined])
})

it.each([
  [OWNER, NONE, 'panel-failed'],
  [OWNER, { exitCode: 0 }, 'panel-failed'],
  [VALUE, USAGE, 'panel-failed'],
  [VALUE, { exitCode: 2, output: 'Error: invalid account format :: no' }, 'escaped-name-refused'],
  [VALUE, { exitCode: 2, output: 'Error: invalid user format :: no' }, 'panel-failed'],
  [OWNER, forbidden, 'command-forbidden'],
])('a probe of %s that is answered with %o finds the fault %s', async (name, reply, code) => {
  expect((await probed(name, reply)).fault).toEqual({ code, command: name })
})

it('a bug in a probe is not a fault of the panel', async () => {
  const bug = new RangeError('bug')
  await expect(probed(OWNER, bug)).rejects.toBe(bug)
  const { run } = createRun({ 'v-list-sys-info': bug })
  await expect(askRelease(run, createDeadline(TIMEOUT_MS, createTestClock()))).rejects.toBe(bug)
})

const ACCESS_KEY: PanelCredentials = {
  kind: 'access-key',
  accessKey: new Secret('id'),
  secretKey: new Secret('secret'),
}

function findExcess(
  credentials: PanelCredentials,
  proofs: Proofs,
  replies?: Readonly<Record<string, Reply>>,
) {
  const { run, sent } = createRun(replies)
  const find = createKeyExcessCheck(run, credentials, proofs, TIMEOUT_MS, createTestClock())
  return { find, sent }
}

it('an access key may do more than is needed if it may run a command that no proof needs', async () => {
  const allowed = findExcess(ACCESS_KEY, ['mailbox'])
  expect(await allowed.find()).toEqual({ code: 'key-may-do-more', command: 'v-list-user' })
  expect(namesOf(allowed.sent)).toEqual(['v-list-user'])
  const refused = findExcess(ACCESS_KEY, ['mailbox'], { 'v-list-user': forbidden })
  expect(await refused.find()).toBeUndefined()
})

it.each([
  ['api-key', { kind: 'api-key', key: new Secret('x'.repeat(32)) }],
  ['admin-password', { kind: 'admin-password', user: 'admin', password: new Secret('password') }],
] as const)(
  'a key of the kind %s may do everything, which needs no command to find out',
  async (kind, credentials) => {
    const { find, sent } = findExcess(credentials, ['mailbox'])
    expect(await find()).toEqual({ code: 'legacy-key', kind })
    expect(sent).toEqual([])
  },
)

it.each([
  [{ output: '{"sysinfo":{"HESTIA":"1.10.3"}}' }, '1.10.3'],
  [{ output: '{"sysinfo":{"HESTIA":"1.9"}}' }, '1.9'],
  [{ output: '{"sysinfo":{"HESTIA":"1.10.3 or so"}}' }, undefined],
  [{ output: '{"sysinfo":{"HESTIA":"v1.10.3"}}' }, undefined],
  [{ output: '{"sysinfo":{"HESTIA":"1"}}' }, undefined],
  [{ output: '{"sysinfo":{}}' }, undefined],
  [{ output: '{}' }, undefined],
  [{ output: 'Error: x' }, undefined],
  [forbidden, undefined],
])('a panel that answers %o has the release %s', async (reply, release) => {
  const { run, sent } = createRun({ 'v-list-sys-info': reply })
  const deadline = createDeadline(TIMEOUT_MS, createTestClock())
  expect(await askRelease(run, deadline)).toBe(release)
  const command = { name: 'v-list-sys-info', args: ['json'], asked: 'output', repeatable: true, deadline }
  expect(sent).toEqual([command])
})
