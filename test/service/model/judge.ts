import { expect } from 'vitest'
import type { Claim } from '../../kit/truth.js'
import type { PanelSimulator } from '../../panel-simulator/simulator.js'
import type { ModelMailbox, Wish } from './model.js'

/** A wish, and what became of it as far as anybody was told. */
export interface Answered {
  readonly wish: Wish
  readonly claim: Claim
  /** In a few words, for whoever reads of a failure. */
  readonly gist: string
}

/**
 * Expects each mailbox to open with a password that the answers leave possible, and that no wish was granted which may not be.
 * The mailboxes are those of the model: each gets the password that is in force.
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
    // What was made has replaced what was there before.
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
