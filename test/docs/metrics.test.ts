import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { scrape, withMetrics } from '../kit/metrics.js'
import { startService } from '../kit/service.js'
import { byMailbox, post } from '../kit/submissions.js'

/** One of Rekey's own metrics: its name, type and labels. */
type Description = readonly [name: string, type: string, labels: readonly string[]]

function documented(): Description[] {
  const text = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  const rows = text.matchAll(/^\| `(rekey_\w+)` \| (\w+) \|([^|]*)\|/gm)
  return [...rows].map(([, name = '', type = '', labels = '']) => [name, type, wordsOf(labels)])
}

function wordsOf(labels: string): string[] {
  return [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).toSorted()
}

it('the table of metrics is that of the metrics', async () => {
  const service = await startService({ environment: withMetrics })
  await post(service, byMailbox())
  service.panel.switches.keyRevoked = true
  await post(service, byMailbox())
  const { types, values } = await scrape(service)
  const shown = Object.entries(types).filter(([name]) => name.startsWith('rekey_'))
  const described = shown.map(([name, type]): Description => {
    const ending = type === 'histogram' ? '_count' : ''
    const series = Object.keys(values).find((text) => text.replace(/\{.*/, '') === `${name}${ending}`) ?? ''
    return [name, type, [...series.matchAll(/(\w+)="/g)].map(([, label = '']) => label).toSorted()]
  })
  expect(documented().toSorted()).toEqual(described.toSorted())
})
