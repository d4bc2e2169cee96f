import type { Secret } from '../../lib/secret.js'
import type { Answer } from '../answer.js'
import type { Credentials, ProofAttempt } from '../attempt.js'
import type { DomainLocks } from '../domain-locks.js'
import type { Mailbox } from '../mailbox.js'
import { orOutage } from '../outage.js'
import { type PanelCommand, PanelFault } from '../panel-port.js'
import { type ProofDependencies, type ProofTools, prove, proveAtPanel } from '../prove.js'
import type { Target } from '../verification.js'
import { type HashCheck, inAnyForm } from '../verify-password.js'
import type { AddressRecords } from './address-records.js'
import { bindingOf, type FindLinkState } from './find-binding.js'
import type { Mail } from './mail-port.js'
import { isOwnAddress } from './own-address.js'
import { CONFIRMATION_MS, type NamedAddress } from './recovery-address.js'
import type { RecoveryLinks } from './recovery-links.js'

/** One try of a mailbox's user to set a recovery address. */
export interface SetAddressAttempt extends ProofAttempt {
  readonly credentials: Extract<Credentials, { proof: 'mailbox' }>
  /** In the form of `parseOutsideAddress`. */
  readonly recoveryAddress: string
  /** The language of mails to that address (BCP 47). */
  readonly language: string
}

export interface SetAddressDependencies extends ProofDependencies {
  readonly locks: DomainLocks
  readonly records: AddressRecords
  readonly isPasswordOf: HashCheck
  readonly links: RecoveryLinks
  readonly findState: FindLinkState
  /** The full URL for a link's secret part. */
  confirmationUrlOf(link: Secret): Secret
  /** Returns a new text each time. */
  newId(): string
  /** Counts a mail to an address that someone entered. False if there were too many. Rejects with `StoreUnavailable`. */
  mayMail(mailbox: Mailbox, address: string): Promise<boolean>
  sendMail(mail: Mail): void
}

type Tools = ProofTools<SetAddressDependencies>

/** The commands under the domain lock. */
const IN_TURN: readonly PanelCommand[] = ['read-mailbox']

const insideMailbox = {
  code: 'invalid-request',
  faults: [{ pointer: '/recoveryAddress', code: 'inside-mailbox' }],
} as const satisfies Answer

/**
 * Mails a link to an address outside the mailbox, if the mailbox's password is proven. Following it makes that the recovery
 * address. The answer doesn't show whether too many mails were sent. Rejects only on a bug.
 */
export function setAddress(
  attempt: SetAddressAttempt,
  dependencies: SetAddressDependencies,
): Promise<Answer> {
  const { mailbox, recoveryAddress, deadline } = attempt
  return orOutage(() =>
    proveAtPanel<SetAddressDependencies, Answer>(attempt, IN_TURN, dependencies, async (tools) => {
      const verification = await prove(attempt, tools)
      if (!verification.passed) return verification.outcome
      const { target } = verification
      if (await isOwnAddress(recoveryAddress, mailbox, target.owner, tools.panel)) return insideMailbox
      const leftToWaitMs = deadline.leftMs() - tools.panel.expectedMs(IN_TURN)
      return await tools.locks.run(mailbox, leftToWaitMs, () => nameAddress(attempt, target, tools))
    }),
  )
}

/** Runs under the domain lock, so the hash belongs to the proven password. */
async function nameAddress(attempt: SetAddressAttempt, target: Target, tools: Tools): Promise<Answer> {
  const { credentials, recoveryAddress } = attempt
  const { username, domainForm } = target.owner
  const { localPart } = target.mailbox
  const hash = await tools.panel.lookUpStoredHash(username, domainForm, localPart)
  if (hash.found === 'none') return { code: 'invalid-credentials' }
  const isProven = await accepts(tools.isPasswordOf, credentials.password, hash.value)
  if (isProven === 'unknown') return { code: 'change-password-first' }
  if (!isProven) return { code: 'invalid-credentials' }
  if (await tools.mayMail(target.mailbox, recoveryAddress)) await mailLink(attempt, target, hash.value, tools)
  return { code: 'recovery-address-sent' }
}

/** `unknown`: Rekey can't read the hash, which happens only if the mail server checks passwords. */
async function accepts(
  isPasswordOf: HashCheck,
  password: Secret,
  storedHash: Secret,
): Promise<boolean | 'unknown'> {
  try {
    return await inAnyForm(isPasswordOf)(password, storedHash)
  } catch (error) {
    if (error instanceof PanelFault) return 'unknown'
    throw error
  }
}

async function mailLink(
  { recoveryAddress: address, language }: SetAddressAttempt,
  target: Target,
  storedHash: Secret,
  { records, links, findState, confirmationUrlOf, newId, sendMail }: Tools,
): Promise<void> {
  const { mailbox, owner } = target
  const nowMs = Date.now()
  const { confirmed, pending } = await records.find(mailbox)
  const named: NamedAddress = {
    // A person who asks twice may follow either link.
    id: pending?.address === address ? pending.id : newId(),
    address,
    language,
    setMs: nowMs,
    binding: records.bindingOf(storedHash),
  }
  await records.save(mailbox, { confirmed, pending: named })
  const state = await findState('confirmation', owner, mailbox)
  const expiresMs = Math.floor((nowMs + CONFIRMATION_MS) / 1000) * 1000
  const link = links.make('confirmation', bindingOf(target, storedHash, state), expiresMs)
  const url = confirmationUrlOf(link)
  sendMail({ kind: 'confirm-address', to: address, language, mailbox: mailbox.address, url, expiresMs })
}
