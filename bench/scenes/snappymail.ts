import { SNAPPYMAIL_TIMEOUT_MS } from '../../src/http/webmail/webmail.js'
import { byOwner, byPassword, createPanelInMemory } from '../../test/kit/panel-in-memory.js'
import type { Figure } from '../figures.js'
import { changeMs } from '../panel-work.js'

const ATTEMPTS = 500
/** When SnappyMail tells its user that the change failed. */
const GIVES_UP_MS = 5000

/**
 * SnappyMail users with a small panel, three times as many as it can serve. It runs on the test clock; in real time it would take
 * six minutes.
 */
export async function measureSnappyMail(): Promise<Figure[]> {
  const panel = await createPanelInMemory('small')
  for (const [index, proof] of [byPassword, byOwner].entries()) {
    const clientAddress = '198.51.100.1'
    await panel.attempt({
      localPart: `box${590 + index}`,
      proof,
      clientAddress,
      timeoutMs: SNAPPYMAIL_TIMEOUT_MS,
    })
  }
  const startMs = panel.clock.now()
  const ended: Promise<{ readonly made: boolean; readonly told: boolean }>[] = []
  for (let number = 0; number < ATTEMPTS; number++) {
    ended.push(attempt(number))
    await panel.clock.wait(changeMs('small', 'hash') / 3)
  }
  const made = (await Promise.all(ended)).filter((each) => each.made)
  const possible = (panel.clock.now() - startMs) / changeMs('small', 'hash')
  const what = "SnappyMail's 5 s, small, 500 attempts"
  return [
    {
      what: `${what}: changes that it was not told of`,
      value: made.filter(({ told }) => !told).length,
      unit: `of ${made.length}`,
      goal: { atMost: 0 },
    },
    {
      what: `${what}: changes to what fits`,
      value: made.length / possible,
      unit: '×',
      goal: { atLeast: 0.8 },
    },
  ]

  async function attempt(number: number) {
    const localPart = `box${number}`
    const clientAddress = `203.0.${number >> 8}.${number & 255}`
    const sentMs = panel.clock.now()
    const { outcome, endedMs } = await panel.attempt({
      localPart,
      proof: byPassword,
      clientAddress,
      timeoutMs: SNAPPYMAIL_TIMEOUT_MS,
    })
    const told = outcome.code === 'changed' && endedMs - sentMs <= GIVES_UP_MS
    return { made: panel.hasNew(localPart), told }
  }
}
