import type { Fault } from '../../panel-simulator/simulator.js'

/** A way in which an answer goes wrong, and how a change is answered then if the call was not for the change itself. */
export interface BrokenAnswer {
  readonly what: string
  /** @param begun called when an answer has begun that does not end */
  readonly fault: (run: boolean, begun?: () => void) => Fault
  readonly times?: number
  readonly expected: string
}

const HTML = '<html><body>It works!</body></html>'
const AWAY = '503 panel-unavailable'
const NONSENSE = '502 panel-failed'

function page(status: number, body = HTML, headers: Record<string, string> = {}): BrokenAnswer['fault'] {
  return (run) => ({ kind: 'answer', run, status, body, headers })
}

/** Answers that are broken at once: each call has run or not. */
export const brokenAnswers: readonly BrokenAnswer[] = [
  { what: 'a flood', fault: (run) => ({ kind: 'endless', run, pace: 'flood' }), expected: AWAY },
  { what: '10 MB', fault: (run) => ({ kind: 'padded', run, bytes: 10_000_000 }), expected: AWAY },
  { what: 'a page with status 200', fault: page(200), expected: NONSENSE },
  { what: 'a page with status 500', fault: page(500), expected: NONSENSE },
  { what: 'a proxy’s 502', fault: page(502), expected: AWAY },
  { what: 'a proxy’s 503', fault: page(503), expected: AWAY },
  { what: 'a proxy’s 504', fault: page(504), expected: AWAY },
  { what: 'an empty error', fault: page(500, ''), expected: NONSENSE },
  { what: 'a bare success', fault: page(200, '0'), expected: NONSENSE },
  {
    what: 'a refusal that says it succeeded',
    fault: page(400, '0', { 'Hestia-Exit-Code': '0' }),
    expected: NONSENSE,
  },
  {
    what: 'a reset',
    fault: (run) => ({ kind: 'reset', when: run ? 'after-run' : 'before-run' }),
    expected: '200 changed',
  },
  {
    what: 'two resets',
    fault: (run) => ({ kind: 'reset', when: run ? 'after-run' : 'before-run' }),
    times: 2,
    expected: AWAY,
  },
]

/** Answers that end only when they are given up. */
export const endlessAnswers: readonly BrokenAnswer[] = [
  { what: 'silence', fault: (run, begun) => ({ kind: 'silence', run, begun }), expected: AWAY },
  {
    what: 'a trickle',
    fault: (run, begun) => ({ kind: 'endless', run, pace: 'trickle', begun }),
    expected: AWAY,
  },
]

export const CUT_OFF: Fault = { kind: 'reset', when: 'mid-answer' }
export const TRUNCATED: Fault = { kind: 'truncated', run: true }
