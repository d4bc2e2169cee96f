import { Counter, Gauge, type Registry } from 'prom-client'
import { breakerStates, type PanelLoad } from '../core/panel-port.js'
import type { CheckReadiness } from '../core/readiness.js'
import { withoutStatus } from './words.js'

/** The state that is read when Prometheus asks. */
export interface StateSources {
  readonly panelLoad: () => PanelLoad
  readonly checkReadiness: CheckReadiness
  /** Checks only the store, and answers at once. */
  readonly checkStore: CheckReadiness
  /** Log lines: lost since the start, and not written yet. */
  readonly logState: () => { readonly lost: number; readonly waiting: number }
}

/** Adds the metrics of the service's state. */
export function addStateMetrics(registry: Registry, sources: StateSources): void {
  const registers = [registry]
  const { panelLoad, checkReadiness, checkStore, logState } = sources

  new Gauge({
    name: 'rekey_panel_commands_running',
    help: 'Panel commands that are running.',
    registers,
    collect() {
      this.set(panelLoad().running)
    },
  })
  new Gauge({
    name: 'rekey_panel_concurrency_limit',
    help: 'How many panel commands may run at once.',
    registers,
    collect() {
      this.set(panelLoad().limit)
    },
  })
  new Gauge({
    name: 'rekey_panel_queue_length',
    help: 'Panel commands that wait in the queue.',
    registers,
    collect() {
      this.set(panelLoad().waiting)
    },
  })
  new Gauge({
    name: 'rekey_panel_breaker_state',
    help: '1 for the current state of the circuit breaker. It is open while the panel can’t be reached.',
    labelNames: ['state'],
    registers,
    collect() {
      const { breaker } = panelLoad()
      for (const state of breakerStates) this.set({ state }, state === breaker ? 1 : 0)
    },
  })
  new Gauge({
    name: 'rekey_store_up',
    help: '1 if the store of limits and locks works. A store in memory always works.',
    registers,
    async collect() {
      const faults = await checkStore()
      this.set(faults.length === 0 ? 1 : 0)
    },
  })
  new Counter({
    name: 'rekey_log_lines_lost_total',
    help: 'Log lines that were lost because standard output did not accept them.',
    registers,
    collect() {
      this.reset()
      this.inc(logState().lost)
    },
  })
  new Gauge({
    name: 'rekey_log_lines_waiting',
    help: 'Log lines that standard output has not accepted yet.',
    registers,
    collect() {
      this.set(logState().waiting)
    },
  })
  new Gauge({
    name: 'rekey_ready',
    help: '1 if Rekey can change passwords and write its log; 0 if not, or if it has not checked yet.',
    registers,
    async collect() {
      const faults = await checkReadiness()
      this.set(faults.length === 0 ? 1 : 0)
    },
  })
  new Gauge({
    name: 'rekey_readiness_fault',
    help: '1 for each known reason why Rekey can’t change passwords or write its log.',
    labelNames: ['code'],
    registers,
    async collect() {
      const faults = await checkReadiness()
      this.reset()
      for (const { code } of faults) this.set({ code: withoutStatus(code) }, 1)
    },
  })
}
