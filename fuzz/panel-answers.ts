import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type CommandRecord, type Panel, PanelFault } from '../src/core/panel-port.js'
import { createDeadline } from '../src/lib/deadline.js'
import { Secret } from '../src/lib/secret.js'
import { createCommandRunner } from '../src/panel/command-runner.js'
import { createPanel } from '../src/panel/commands.js'
import { createKeyGuard } from '../src/panel/key-guard.js'
import { type Asked, type RawAnswer, readAnswer } from '../src/panel/read-answer.js'
import { askRelease } from '../src/panel/release.js'
import { createMemoryKeyCooldown } from '../src/store/memory-key-cooldown.js'
import { createTestClock } from '../test/kit/clock.js'
import { damagedAnswers, saysDone } from './damaged-answers.js'
import { defineTarget } from './target.js'

const PASSWORD = new Secret('the password')
const MAILBOX = ['alice', 'example.org', 'ann.lee'] as const

/** The service's questions to the panel, each with a check that it doesn't read more from a response than the response says. */
const questions: readonly ((panel: Panel, raw: RawAnswer) => Promise<void>)[] = [
  async (panel, raw) => {
    const answer = await panel.changeMailboxPassword(...MAILBOX, PASSWORD)
    assert(answer !== 'done' || saysDone(raw), 'a change taken for done')
  },
  async (panel, raw) => {
    const isRight = await panel.isAccountPassword('alice', PASSWORD, '203.0.113.9')
    assert(!isRight || saysDone(raw), 'an account password taken for right')
  },
  async (panel, raw) => {
    const isRight = await panel.isTwoFactorCode('alice', PASSWORD)
    assert(!isRight || saysDone(raw), 'a one-time code taken for right')
  },
  async (panel, raw) => {
    const lookup = await panel.lookUpStoredHash(...MAILBOX)
    assert(lookup.found === 'none' || raw.body.startsWith(lookup.value.reveal()), 'a hash that was not sent')
  },
  async (panel, raw) => {
    const owner = await panel.lookUpDomainOwner('example.org')
    assert(owner === undefined || raw.body.trimEnd() === owner, 'an owner that was not sent')
  },
  async (panel) => void (await panel.lookUpAccount('alice')),
  async (panel) => void (await panel.hasMailbox(...MAILBOX)),
  async (panel) => void (await panel.hasSiblings(...MAILBOX)),
]

const reading = defineTarget({
  name: 'panel-answers',
  arbitrary: fc.record({
    raw: damagedAnswers,
    asked: fc.constantFrom<Asked>('code', 'output'),
    legacy: fc.boolean(),
  }),
  run({ raw, asked, legacy }) {
    const answer = readAnswer(asked, raw, legacy)
    if (answer.is !== 'ran' || answer.exitCode !== 0) return
    assert(legacy || raw.exitCodeHeader?.trimEnd() === '0', 'success without its code')
    assert(asked === 'output' || saysDone(raw), 'success that was not said')
  },
})

const commands = defineTarget({
  name: 'panel-commands',
  arbitrary: fc.record({
    raw: damagedAnswers,
    legacy: fc.boolean(),
    question: fc.constantFrom(...questions),
  }),
  async run({ raw, legacy, question }) {
    const clock = createTestClock()
    const records: CommandRecord[] = []
    const { run } = createCommandRunner({
      transport: async () => raw,
      credentials: legacy
        ? { kind: 'api-key', key: PASSWORD }
        : { kind: 'access-key', accessKey: PASSWORD, secretKey: PASSWORD },
      keyGuard: createKeyGuard(createMemoryKeyCooldown(clock), clock),
      maxConcurrency: 8,
      maxQueue: 8,
      timeoutMs: 1000,
      clock,
    })
    const deadline = createDeadline(1000, clock)
    const panel = createPanel(run, deadline, (entry) => void records.push(entry), clock)
    await question(panel, raw).catch((error: unknown) => {
      if (!(error instanceof PanelFault)) throw error
      assert.match(error.reason, /^[a-z0-9-]+$/)
    })
    for (const { result } of records) assert.match(String(result), /^[a-z0-9-]+$/)
    await askRelease(run, deadline)
  },
})

/** The readers of the panel's responses. */
export const panelAnswers = [reading, commands]
