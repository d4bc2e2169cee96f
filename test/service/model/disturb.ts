import { CHANGE } from '../../panel-simulator/commands/command-names.js'
import type { Fault, PanelSimulator } from '../../panel-simulator/simulator.js'
import type { Random } from './random.js'

const VALUE = 'v-get-mail-account-value'

/**
 * Makes the next calls of a random command fail in a random way. But lookups of a mailbox's values never end with 3: nobody could
 * detect a false 3 for a name's siblings.
 */
export function disturb(panel: Pick<PanelSimulator, 'failNext'>, random: Random): void {
  const command = random.oneOf([
    'v-search-domain-owner',
    VALUE,
    'v-check-user-password',
    'v-list-user',
    CHANGE,
    CHANGE,
  ])
  const run = random.chance(0.5)
  const fault = random.oneOf<Fault>([
    { kind: 'reset', when: random.oneOf(['before-run', 'after-run', 'mid-answer'] as const) },
    { kind: 'silence', run },
    { kind: 'answer', run, status: random.oneOf([200, 500, 502, 503]), body: '<html></html>' },
    {
      kind: 'exit',
      run: false,
      code: random.oneOf(command === VALUE ? [1, 2, 5, 12, 14] : [1, 2, 3, 5, 12, 14]),
    },
    { kind: 'exit', run: true, code: random.oneOf([12, 13, 20]) },
    { kind: 'truncated', run: true },
    { kind: 'padded', run: true, bytes: 300_000 },
  ])
  panel.failNext(command, fault, random.oneOf([1, 1, 2, 6]))
}
