import { expect } from 'vitest'
import type { Claim } from '../../kit/truth.js'
import type { PanelSimulator } from '../../panel-simulator/simulator.js'
import type { ModelMailbox, Wish } from './model.js'

/** A wish, and its answer, if anybody got one. */
export interface Answered {
  readonly wish: Wish
  readonly claim: Claim
  /** A few words for the message of a failure. */
  readonly gist: string
}

/**
 * Expects that each mailbox accepts a password that the answers allow, and that no forbidden wish was granted. Updates the
 * model's mailboxes with the current passwords.
 */
export async function judge(
  panel: Pick<PanelSimulator, 'accepts'>,
  mailboxes: readonly ModelMailbox[],
  answers: readonly Answered[],
): Promise<void> {
  for (const mailbox of mailboxes) {
    const about = answers.filter(({ wish }) => wish.address === mailbox.address)
    const made = about.filter(({ claim }) => claim === 'changed')
    const maybe = about.filter(({ claim, wish }) => claim === 'either' && wish.right)
    const possible = [...made, ...maybe].map(({ wish }) => wish.newPassword)
    // A change that was made has replaced the old password.
    if (made.length === 0) possible.push(mailbox.password)
    const accepted = await firstAccepted(possible, (password) => panel.accepts(mailbox.address, password))
    expect(accepted, `${mailbox.address} after ${about.map(({ gist }) => gist)}`).toBeDefined()
    for (const { wish } of made) expect(wish.right, `${mailbox.address} by ${wish.kind}`).toBe(true)
    mailbox.password = accepted ?? mailbox.password
  }
}

async function firstAccepted(passwords: readonly string[], accepts: (password: string) => Promise<boolean>) {
  for (const password of passwords) if (await accepts(password)) return password
  return undefined
}
