import type { Figure } from '../figures.js'
import { comparedToFormer, proofOf, sharedChangesMs } from '../panel-work.js'
import { change, createPerson, submit } from '../people.js'
import { startPanel, startRekey } from '../processes.js'

const PEOPLE = 12

/** Twelve people of one domain change their passwords at the same moment, with a small panel. */
export async function measureTwelve(): Promise<Figure[]> {
  const panel = await startPanel('small')
  const rekey = await startRekey(panel)
  await change(rekey.url, createPerson(900), 'mailbox')
  const figures: Figure[] = []
  for (const [index, way] of (['hash', 'account'] as const).entries()) {
    const people = Array.from({ length: PEOPLE }, (_, number) => createPerson(PEOPLE * index + number))
    const before = await panel.spent()
    const told = await Promise.all(
      people.map((person) => submit(rekey.url, person, person.submission(proofOf[way]))),
    )
    const { workMs } = await panel.spent()
    const changed = told.filter(({ code }) => code === 'changed')
    const lastMs = Math.max(...told.map(({ tookMs }) => tookMs))
    const possibleMs = sharedChangesMs('small', way, PEOPLE)
    const what = `small: 12 people at once, ${way}`
    figures.push(
      { what: `${what}: changed`, value: changed.length, unit: 'of 12', goal: { atLeast: PEOPLE } },
      { what: `${what}: the last one`, value: lastMs / 1000, unit: 's' },
      {
        what: `${what}: to the panel's work for them`,
        value: lastMs / possibleMs,
        unit: '×',
        goal: { atMost: 1.15 },
      },
    )
    if (way === 'account') {
      const [figure] = comparedToFormer('change', way, (workMs - before.workMs) / PEOPLE)
      if (figure) figures.push({ ...figure, what: `${figure.what}, 12 at once` })
    }
  }
  await rekey.stop()
  await panel.stop()
  return figures
}
