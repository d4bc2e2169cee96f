import { setTimeout } from 'node:timers/promises'
import type { Figure } from '../figures.js'
import { changeMs } from '../panel-work.js'
import { change, createPerson, submit } from '../people.js'
import { startPanel, startRekey } from '../processes.js'

const FOR_MS = 60_000
const CLIENT_TIMEOUT_MS = 30_000

/** Three times as many people as a small panel can serve, all with mailboxes of one domain. */
export async function measureOverload(): Promise<Figure[]> {
  const panel = await startPanel('small')
  const rekey = await startRekey(panel)
  await change(rekey.url, createPerson(900), 'mailbox')
  const gapMs = changeMs('small', 'hash') / 3
  const people = Array.from({ length: Math.floor(FOR_MS / gapMs) }, (_, number) => createPerson(number))
  const startMs = performance.now()
  const answers = people.map(async (person, index) => {
    await setTimeout(index * gapMs)
    return await submit(rekey.url, person, person.submission('mailbox'))
  })
  const told = await Promise.all(answers)
  const lastedMs = performance.now() - startMs
  let untrue = 0
  for (const [index, { email, newPassword }] of people.entries()) {
    const isTold = told[index]?.code === 'changed'
    if ((await panel.accepts(email, newPassword)) !== isTold) untrue += 1
  }
  await rekey.stop()
  await panel.stop()
  const changed = told.filter(({ code }) => code === 'changed')
  const refused = told.filter(({ code }) => code !== 'changed')
  const atOnce = refused.filter(({ tookMs }) => tookMs <= 1000)
  const late = told.filter(
    ({ code, tookMs }) => tookMs > CLIENT_TIMEOUT_MS || !/^(changed|panel-busy)$/.test(code),
  )
  const what = 'small, 3 × its capacity for 60 s'
  return [
    {
      what: `${what}: changes to its capacity`,
      value: (changed.length * changeMs('small', 'hash')) / lastedMs,
      unit: '×',
      goal: { atLeast: 0.9 },
    },
    {
      what: `${what}: refusals within 1 s`,
      value: (100 * atOnce.length) / refused.length,
      unit: '%',
      goal: { atLeast: 100 },
    },
    { what: `${what}: time-outs`, value: late.length, unit: `of ${told.length}`, goal: { atMost: 0 } },
    { what: `${what}: untrue answers`, value: untrue, unit: `of ${told.length}`, goal: { atMost: 0 } },
  ]
}
