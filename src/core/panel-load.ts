/** How busy the panel is with us now. */
export interface PanelLoad {
  /** Commands that run. */
  readonly running: number
  /** Commands that wait for their turn. */
  readonly waiting: number
  /** `open`: the panel is left alone, for it does not answer; `half-open`: a probe is under way. */
  readonly breaker: BreakerState
}

export const breakerStates = ['closed', 'half-open', 'open'] as const

export type BreakerState = (typeof breakerStates)[number]
