import type { Clock } from '../lib/clock.js'
import { createDeadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'
import { type MailLogin, MailServerFault, type MailServerFaultReason } from './mail-server-port.js'

/** A change that the panel said it made. */
export interface AnsweredChange {
  readonly mailbox: string
  readonly newPassword: Secret
  /** The person's address. */
  readonly clientAddress: string
}

/** `changed-again`: there is a newer password. `stopped`: the process ends. */
type EndReason = 'changed-again' | 'stopped'

/** Whether the new password opens the mailbox. `unknown`: the mail server didn't say. */
export type NewPasswordState =
  | { readonly result: 'accepted' | 'refused' }
  | {
      readonly result: 'unknown'
      /** `too-many-checks`: not tried. `internal-error`: a bug. */
      readonly reason: MailServerFaultReason | EndReason | 'too-many-checks' | 'internal-error'
    }

/** Called with the result of each check. */
export type CountNewPassword = (result: NewPasswordState['result']) => void

/** The possible results of a check. */
export const newPasswordResults = ['accepted', 'refused', 'unknown'] as const

/** Checks after the answer whether a change took effect: a panel with a full disk may report success and write nothing. */
export interface NewPasswordChecks {
  /** Returns at once and never fails. The password is dropped when the check ends. */
  begin(change: AnsweredChange, report: (state: NewPasswordState) => void): void
  /** Gives running checks `graceMs` to finish, then ends them. */
  close(graceMs: number): Promise<void>
}

/**
 * When to try the new password after the answer. Dovecot reads its login files at most once a second, so an earlier try may fail
 * for no reason. More than three failed logins could get the person's address banned.
 */
const TRIES_MS = [1500, 4000, 10_000]

/** Dovecot delays a refused login by up to 17 s. */
const TRY_MS = 20_000

/** How many passwords are kept at the same time. */
const MAX_CHECKS = 64

interface Check {
  readonly done: Promise<void>
  end(reason: EndReason): void
}

export function createNewPasswordChecks(logIn: MailLogin, clock: Clock): NewPasswordChecks {
  /** By mailbox. */
  const underWay = new Map<string, Check>()

  function start(change: AnsweredChange, report: (state: NewPasswordState) => void): Check {
    let end = (_reason: EndReason): void => undefined
    const ended = new Promise<NewPasswordState>((resolve) => {
      end = (reason) => resolve({ result: 'unknown', reason })
    })
    const done = Promise.race([tryInTurn(change, ended), ended]).then(report)
    return { done, end }
  }

  /** The last try decides. After a slow try it skips some, except the last one after a refusal. */
  async function tryInTurn(
    change: AnsweredChange,
    ended: Promise<NewPasswordState>,
  ): Promise<NewPasswordState> {
    const answeredMs = clock.now()
    let state: NewPasswordState | undefined
    for (const tryMs of TRIES_MS) {
      const waitMs = answeredMs + tryMs - clock.now()
      if (waitMs < 0 && !(tryMs === TRIES_MS.at(-1) && state?.result === 'refused')) continue
      const end = await Promise.race([ended, clock.waitInBackground(waitMs)])
      if (end) return end
      state = await tryOnce(change)
      if (state.result === 'accepted') break
    }
    return state ?? (await ended)
  }

  async function tryOnce({ mailbox, newPassword, clientAddress }: AnsweredChange): Promise<NewPasswordState> {
    try {
      const isAccepted = await logIn(mailbox, newPassword, clientAddress, createDeadline(TRY_MS, clock))
      return { result: isAccepted ? 'accepted' : 'refused' }
    } catch (error) {
      const reason = error instanceof MailServerFault ? error.reason : 'internal-error'
      return { result: 'unknown', reason }
    }
  }

  return {
    begin(change, report) {
      const { mailbox } = change
      underWay.get(mailbox)?.end('changed-again')
      if (underWay.size >= MAX_CHECKS && !underWay.has(mailbox)) {
        report({ result: 'unknown', reason: 'too-many-checks' })
        return
      }
      const check = start(change, (state) => {
        if (underWay.get(mailbox) === check) underWay.delete(mailbox)
        report(state)
      })
      underWay.set(mailbox, check)
    },

    async close(graceMs) {
      if (underWay.size === 0) return
      const checks = [...underWay.values()]
      const done = Promise.all(checks.map((check) => check.done))
      await Promise.race([done, clock.wait(graceMs)])
      for (const check of checks) check.end('stopped')
      await done
    },
  }
}
