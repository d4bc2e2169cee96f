import { randomInt } from 'node:crypto'
import type { Response } from 'supertest'
import { expect, it, onTestFinished } from 'vitest'
import { createTestClock } from '../../kit/clock.js'
import { type RunningService, simulatorEnvironment, startServiceAt } from '../../kit/service.js'
import { gist, post } from '../../kit/submissions.js'
import { claimOf, expectWhole } from '../../kit/truth.js'
import { startPanelSimulator } from '../../panel-simulator/simulator.js'
import { createCachedHashes } from './cached-hashes.js'
import { disturb } from './disturb.js'
import { judge } from './judge.js'
import { createModel, freshMailboxes, type Model, type Wish } from './model.js'
import { createRandom } from './random.js'

/** 2,000 in `npm run test:full`, 20,000 in `npm run test:long`. */
const OPERATIONS = Number(process.env.REKEY_TEST_OPERATIONS ?? 100)
const seed = Number(process.env.REKEY_TEST_SEED ?? randomInt(2 ** 31))

/** Sends several wishes at once, and checks the answers with the panel's state. */
async function sendAtOnce(service: RunningService, model: Model, wishes: readonly Wish[]): Promise<void> {
  const { panel } = service
  const responses = await Promise.all(wishes.map((wish) => post(service, wish.body)))
  const answers = wishes.map((wish, index) => ({ wish, response: responses[index] as Response }))
  for (const { response } of answers) expect(response.status, gist(response)).not.toBe(500)
  await judge(
    panel,
    model.mailboxes,
    answers.map(({ wish, response }) => ({ wish, claim: claimOf(response), gist: gist(response) })),
  )
  for (const { address } of model.mailboxes) expectWhole(panel, address)
}

it(
  `every answer agrees with what the panel holds, whatever happens (REKEY_TEST_SEED=${seed})`,
  async () => {
    const random = createRandom(seed)
    const panel = await startPanelSimulator({ moreDomains: 3, hashPassword: createCachedHashes() })
    onTestFinished(() => panel.close())
    const environment = { ...simulatorEnvironment(panel), HESTIA_TIMEOUT_MS: '400' }
    const clock = createTestClock()
    const model = createModel(random, freshMailboxes())
    let service = await startServiceAt(panel, environment, { clock })
    let sent = 0
    let logged = 0
    const seen = new Set<string>()

    while (sent < OPERATIONS) {
      if (random.chance(0.3)) disturb(panel, random)
      panel.switches.keyRevoked = random.chance(0.03)
      const wishes = model.wishes(random.oneOf([1, 1, 2, 3, 6]))
      await sendAtOnce(service, model, wishes)
      sent += wishes.length
      logged += wishes.length
      expect(service.attempts()).toHaveLength(logged)
      for (const { code } of service.attempts().slice(-wishes.length)) seen.add(String(code))

      panel.clearFaults()
      clock.advance(random.oneOf([0, 1, 1000, 40_000, 601_000]))
      if (random.chance(0.05)) {
        await service.stop()
        service = await startServiceAt(panel, environment, { clock })
        logged = 0
        // A process that stops normally waits for what it has sent. Its locks end with it.
        clock.advance(61_000)
      }
      expect(service.logText()).not.toMatch(/new [\w-]{20}|mail pw|panel pw/)
    }
    // A short run may miss rare outcomes.
    const rare = OPERATIONS < 2000 ? [] : ['panel-failed', 'panel-misconfigured']
    expect([...seen]).toEqual(expect.arrayContaining(['changed', 'invalid-credentials', ...rare]))
  },
  60_000 + OPERATIONS * 120,
)
