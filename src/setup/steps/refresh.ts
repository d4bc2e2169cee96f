import { demand } from '../changes.js'
import type { Step } from '../step.js'

const TIMER = 'rekey-refresh.timer'

/** Has new mail domains, and what an upgrade of the panel replaced, found by itself. */
export const refresh: Step = {
  name: 'refresh',
  title: 'A timer serves new mail domains, too',
  async do({ host }, changes) {
    if ((await host.run(['systemctl', 'is-enabled', '--quiet', TIMER])).code === 0) return
    await changes.act({
      says: `switch ${TIMER} on`,
      undo: { kind: 'command', undo: ['systemctl', 'disable', '--now', TIMER] },
      run: async () => void (await demand(host, ['systemctl', 'enable', '--now', TIMER])),
    })
  },
}
