import type { Clock } from '../lib/clock.js'
import { createShared } from '../lib/shared.js'
import type { HostingAccount, Panel } from './panel-port.js'

/** Looks up accounts' records, each once for all attempts that wait for it. */
export interface AccountRecords {
  /**
   * The record as the panel had it after `sinceMs` (by the clock): an attempt that began before another one's
   * question was asked takes its answer.
   */
  find(username: string, sinceMs: number, panel: Panel): Promise<HostingAccount | undefined>
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
    async find(username, sinceMs, panel) {
      forgetOld()
      const entry = known.get(username)
      if (entry && entry.askedMs > sinceMs) return entry.account
      return await share(username, async () => {
        const askedMs = clock.now()
        const account = await panel.lookUpAccount(username)
        known.delete(username)
        known.set(username, { askedMs, account })
        return account
      })
    },
  }
}
