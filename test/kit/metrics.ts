import type { TestService } from './service.js'

/** The environment of a service with metrics, on a free port. */
export const withMetrics = { REKEY_METRICS_ADDRESS: '127.0.0.1:0' }

/** The metrics of a service, as Prometheus reads them. */
export interface Scrape {
  readonly text: string
  /** The types by metric name. */
  readonly types: Readonly<Record<string, string>>
  /** The values by name and labels, as in `rekey_ready` or `rekey_limits_reached_total{limit="address"}`. */
  readonly values: Readonly<Record<string, number>>
}

/** The URL of the metrics of a service that wrote this log. */
export function metricsUrl(logText: string): string {
  const line = logText.split('\n').find((text) => text.includes('"event":"metrics-listening"')) ?? '{}'
  const { address, port } = JSON.parse(line) as { address: string; port: number }
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}/metrics`
}

export async function scrape(service: TestService): Promise<Scrape> {
  const response = await fetch(metricsUrl(service.logText()))
  return parseMetrics(await response.text())
}

/** Parses the text format. */
export function parseMetrics(text: string): Scrape {
  const lines = text.split('\n')
  const types = lines.map((line) => /^# TYPE (\S+) (\S+)$/.exec(line)).filter((match) => match !== null)
  const samples = lines
    .map((line) => /^([a-z]\S*(?: .*\})?) (\S+)$/.exec(line))
    .filter((match) => match !== null)
  return {
    text,
    types: Object.fromEntries(types.map(([, name, type]) => [name, type])),
    values: Object.fromEntries(samples.map(([, series, value]) => [series, Number(value)])),
  }
}

/** Rekey's own series that aren't 0, without durations, which no test can know. */
export function counted({ values }: Scrape): Record<string, number> {
  const own = Object.entries(values).filter(([series]) =>
    /^rekey_(?!build_info|.*_(?:sum|bucket))/.test(series),
  )
  return Object.fromEntries(own.filter(([, value]) => value !== 0))
}
