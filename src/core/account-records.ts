import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { inTime } from '../lib/in-time.js'
import { createShared } from '../lib/shared.js'
import { type HostingAccount, type Panel, PanelFault } from './panel-port.js'

/** Looks up accounts' records, once for all attempts that wait for the same one. */
export interface AccountRecords {
  /**
   * The record as of `sinceMs` (by the clock) or later, so attempts share lookups that began after they did. Rejects with a
   * `PanelFault`: the panel's, or `panel-busy` if a shared lookup takes too long for this attempt.
   */
  find(
    username: string,
    sinceMs: number,
    deadline: Deadline,
    panel: Panel,
  ): Promise<HostingAccount | undefined>
}

/** Longer than any attempt waits. */
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
