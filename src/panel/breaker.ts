import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  noJitterGenerator,
} from 'cockatiel'
import { type BreakerState, PanelFault } from '../core/panel-port.js'
import { runQueued } from '../lib/run-queued.js'

/** After so many calls in a row that the panel did not answer it is taken to be down, and left alone for a while. */
const FAILURES = 5

/** The first while, and the longest; each one is twice as long as the last. */
const PAUSE_MS = { initialDelay: 1000, maxDelay: 30_000 }

/** How long a call waits for what becomes of a probe: a panel that is well again answers sooner. */
const MAX_WAIT_MS = 1000

/** Spares a panel that is down, and people the waiting for it. */
export interface Breaker {
  /**
   * Makes the call, or rejects at once with a `PanelFault` (`panel-unavailable`) while the panel is left alone. After
   * that one call at a time goes ahead as a probe; others wait for what becomes of it.
   *
   * @param mayProbe false for a change: it must not be what tells whether the panel answers
   * @param call is told whether it is a probe
   */
  pass<Answer>(mayProbe: boolean, call: (isProbe: boolean) => Promise<Answer>): Promise<Answer>
  /** `open` until a probe is made, also when its time has come. */
  state(): BreakerState
}

export function createBreaker(): Breaker {
  const circuit = circuitBreaker(handleWhen(isDown), {
    breaker: new ConsecutiveBreaker(FAILURES),
    halfOpenAfter: new ExponentialBackoff({ ...PAUSE_MS, generator: noJitterGenerator }),
  })

  return {
    async pass(mayProbe, call) {
      if (!mayProbe && circuit.state !== CircuitState.Closed) throw leftAlone()
      try {
        return await runQueued(
          (work) => circuit.execute(work),
          MAX_WAIT_MS,
          leftAlone,
          () => call(circuit.state !== CircuitState.Closed),
        )
      } catch (error) {
        throw error instanceof BrokenCircuitError ? leftAlone() : error
      }
    },

    state() {
      if (circuit.state === CircuitState.Closed) return 'closed'
      return circuit.state === CircuitState.HalfOpen ? 'half-open' : 'open'
    },
  }
}

const LEFT_ALONE = 'left-alone'

function leftAlone(): PanelFault {
  return new PanelFault('panel-unavailable', LEFT_ALONE)
}

/** Whether a call tells that the panel is down: a call that was not made tells nothing. */
function isDown(error: Error): boolean {
  return error instanceof PanelFault && error.code === 'panel-unavailable' && error.reason !== LEFT_ALONE
}
