import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Scrape, scrape, withMetrics } from '../kit/metrics.js'
import { startService } from '../kit/service.js'
import { byMailbox, post } from '../kit/submissions.js'

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

const rule = z.strictObject({
  alert: z.string().regex(/^Rekey[A-Z]\w+$/),
  expr: z.string(),
  for: z.string().regex(/^[1-9]\d*m$/),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({
    summary: z.string().min(1),
    description: z.string().min(1),
    runbook: z.string(),
  }),
})

const { groups } = z
  .object({ groups: z.array(z.object({ rules: z.array(rule) })) })
  .parse(parse(read('deploy/alerts.yaml')))
const rules = groups.flatMap((group) => group.rules)
const operations = read('docs/operations.md')
const metrics = read('docs/metrics.md')

/** Every metric of Rekey or of the process in a text. */
function metricsIn(text: string): string[] {
  return [...text.matchAll(/\b(?:rekey|process|nodejs)_\w+/g)].map(([name]) => name)
}

/** The metrics of a service that has changed a password, and whose key is refused afterwards. */
async function showAll(): Promise<Scrape> {
  const service = await startService({ environment: withMetrics })
  await post(service, byMailbox())
  service.panel.switches.keyRevoked = true
  await post(service, byMailbox())
  return await scrape(service)
}

it('the alerts have each its part of the documentation, in their order', () => {
  const headings = [...operations.matchAll(/^### (Rekey.*)$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(rules.map(({ alert }) => alert))
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`)
  }
})

it('the alerts and the documentation name metrics that there are', async () => {
  const { values, types } = await showAll()
  const named = metricsIn([operations, metrics, ...rules.map(({ expr }) => expr)].join('\n'))
  const series = new Set(Object.keys(values).map((text) => text.replace(/\{.*/, '')))
  const known = new Set([...series, ...Object.keys(types)])
  // The documentation calls all of them `process_…` and `nodejs_…`.
  expect(named.filter((name) => !known.has(name) && !/^(?:process|nodejs)_$/.test(name))).toEqual([])
  expect(named.length).toBeGreaterThan(30)
})

it('the alerts wait for codes of answers that there are', async () => {
  const { values } = await showAll()
  const selectors = rules.flatMap(({ expr }) => [
    ...expr.matchAll(/rekey_attempt\w+\{[^}]*code(?:=|=~|!=)"([^"]*)"/g),
  ])
  const codes = Object.keys(values).flatMap((text) => /code="([^"]+)"/.exec(text)?.[1] ?? [])
  const wanted = selectors.flatMap(([, pattern = '']) => pattern.split('|'))
  expect(wanted.length).toBeGreaterThan(8)
  const unknown = wanted.filter((pattern) => !codes.some((code) => new RegExp(`^${pattern}$`).test(code)))
  expect(unknown).toEqual([])
})

it('the alerts count every fault that is not the person’s', async () => {
  const { values } = await showAll()
  const { expr = '' } = rules.find(({ alert }) => alert === 'RekeyErrors') ?? {}
  const pattern = new RegExp(`^(?:${/code=~"([^"]*)"/.exec(expr)?.[1]})$`)
  const codes = Object.keys(values).flatMap(
    (text) => /^rekey_attempts_total\{code="([^"]+)",proof="none"/.exec(text)?.[1] ?? [],
  )
  const counted = codes.filter((code) => pattern.test(code)).toSorted()
  const table = [...read('docs/api.md').matchAll(/^\| (`[^|]*`) \| (5\d\d) \|/gm)]
  const faults = table.flatMap(([, names = '']) => [...names.matchAll(/`([^`]+)`/g)].map(([, code]) => code))
  expect(counted).toEqual(faults.toSorted())
})

it('the alerts are each shown to fire', () => {
  const tests = read('test/e2e/alerts.test.yaml')
  expect(rules.filter(({ alert }) => !tests.includes(`alertname="${alert}"`))).toEqual([])
})
