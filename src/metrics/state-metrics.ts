import { Counter, Gauge, type Registry } from 'prom-client'
import { breakerStates, type PanelLoad } from '../core/panel-port.js'
import type { CheckReadiness } from '../core/readiness.js'
import { withoutStatus } from './words.js'

/** What is looked at when Prometheus asks, and only then. */
export interface StateSources {
  readonly panelLoad: () => PanelLoad
  readonly checkReadiness: CheckReadiness
  /** Of the store alone, which answers at once. */
  readonly checkStore: CheckReadiness
  /** Lines of the log: those lost since the start, and those not written yet. */
  readonly logState: () => { readonly lost: number; readonly waiting: number }
}

/** Shows how things stand. */
export function addStateMetrics(registry: Registry, sources: StateSources): void {
  const registers = [registry]
  const { panelLoad, checkReadiness, checkStore, logState } = sources

  new Gauge({
    name: 'rekey_panel_commands_running',
    help: 'Commands of the panel that run now.',
    registers,
    collect() {
      this.set(panelLoad().running)
    },
  })
  new Gauge({
    name: 'rekey_panel_concurrency_limit',
    help: 'How many commands of the panel may run at once now.',
    registers,
    collect() {
      this.set(panelLoad().limit)
    },
  })
  new Gauge({
    name: 'rekey_panel_queue_length',
    help: 'Commands of the panel that wait for their turn now.',
    registers,
    collect() {
      this.set(panelLoad().waiting)
    },
  })
  new Gauge({
    name: 'rekey_panel_breaker_state',
    help: '1 for the state that the breaker is in: it is open while a panel that is away is left alone.',
    labelNames: ['state'],
    registers,
    collect() {
      const { breaker } = panelLoad()
      for (const state of breakerStates) this.set({ state }, state === breaker ? 1 : 0)
    },
  })
  new Gauge({
    name: 'rekey_store_up',
    help: '1 if the store of limits and locks can be used; always so if it is in memory.',
    registers,
    async collect() {
      const faults = await checkStore()
      this.set(faults.length === 0 ? 1 : 0)
    },
  })
  new Counter({
    name: 'rekey_log_lines_lost_total',
    help: 'Lines of the log that were lost because standard output did not take them.',
    registers,
    collect() {
      this.reset()
      this.inc(logState().lost)
    },
  })
  new Gauge({
    name: 'rekey_log_lines_waiting',
    help: 'Lines of the log that standard output has not taken yet.',
    registers,
    collect() {
      this.set(logState().waiting)
    },
  })
  new Gauge({
    name: 'rekey_ready',
    help: '1 if a change could be made and logged, as far as is known; 0 if not, or if it is not known yet.',
    registers,
    async collect() {
      const faults = await checkReadiness()
      this.set(faults.length === 0 ? 1 : 0)
    },
  })
  new Gauge({
    name: 'rekey_readiness_fault',
    help: '1 for each reason why no change could be made or logged, as far as is known.',
    labelNames: ['code'],
    registers,
    async collect() {
      const faults = await checkReadiness()
      this.reset()
      for (const { code } of faults) this.set({ code: withoutStatus(code) }, 1)
    },
  })
}
