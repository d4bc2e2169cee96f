import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { inTime } from '../lib/in-time.js'
import { createShared } from '../lib/shared.js'
import { type HostingAccount, type Panel, PanelFault } from './panel-port.js'

/** Looks up accounts' records, each once for all attempts that wait for it. */
export interface AccountRecords {
  /**
   * The record as the panel had it after `sinceMs` (by the clock): an attempt that began before another one's
   * question was asked takes its answer. Rejects with a `PanelFault`: as the panel does, or `panel-busy` if that question takes
   * longer than this attempt waits.
   */
  find(
    username: string,
    sinceMs: number,
    deadline: Deadline,
    panel: Panel,
  ): Promise<HostingAccount | undefined>
}

/** No attempt waits for longer. */
const KEEP_MS = 60_000

export function createAccountRecords(clock: Clock): AccountRecords {
  const { share } = createShared<string, HostingAccount | undefined>()
  const known = new Map<string, { readonly askedMs: number; readonly account: HostingAccount | undefined }>()

  function forgetOld(): void {
    for (const [username, { askedMs }] of known) {
      if (askedMs >= clock.now() - KEEP_MS) return
      known.delete(username)
    }
  }

  return {
    async find(username, sinceMs, deadline, panel) {
      forgetOld()
      const entry = known.get(username)
      if (entry && entry.askedMs > sinceMs) return entry.account
      const asked = share(username, async () => {
        const askedMs = clock.now()
        const account = await panel.lookUpAccount(username)
        known.delete(username)
        known.set(username, { askedMs, account })
        return account
      })
      return await inTime(asked, deadline.leftMs(), () => new PanelFault('panel-busy', 'waited-too-long'))
    },
  }
}
