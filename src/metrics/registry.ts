import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** The versions that run. */
export interface Build {
  readonly version: string
  /** Node's version, such as `v20.19.0`. */
  readonly node: string
}

/** A separate registry with the metrics of the process and the build. */
export function createRegistry({ version, node }: Build): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'rekey_build_info',
    help: 'Always 1; the labels have the versions of Rekey and Node.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node }, 1)
  return registry
}
