import { demand } from '../changes.js'
import type { Step } from '../step.js'

const TIMER = 'rekey-refresh.timer'

/** Starts a timer that serves new mail domains, and restores files that an upgrade of the panel replaced. */
export const refresh: Step = {
  name: 'refresh',
  title: 'A timer that adds new mail domains',
  async do({ host }, changes) {
    if ((await host.run(['systemctl', 'is-enabled', '--quiet', TIMER])).code === 0) return
    await changes.act({
      says: `enable ${TIMER}`,
      undo: { kind: 'command', undo: ['systemctl', 'disable', '--now', TIMER] },
      run: async () => void (await demand(host, ['systemctl', 'enable', '--now', TIMER])),
    })
  },
}
