import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** What runs. */
export interface Build {
  readonly version: string
  /** Of Node, such as `v20.19.0`. */
  readonly node: string
}

/** A registry that knows the process and the build, and shares nothing with other registries. */
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
