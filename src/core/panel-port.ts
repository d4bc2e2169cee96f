import type { Secret } from '../lib/secret.js'
import type { Proof } from './attempt.js'

/** A hosting account of the panel, as far as it matters here. */
export interface HostingAccount {
  readonly administrator: boolean
  readonly suspended: boolean
  readonly loginDisabled: boolean
  readonly twoFactor: boolean
  /** The only addresses that may log in, in the form of `parseClientAddress`; undefined where any may. */
  readonly allowedAddresses: readonly string[] | undefined
  /** Where its owner gets mail; undefined if the panel has no address. */
  readonly contact: string | undefined
  /** The language that its owner has chosen in the panel, such as `pt-br`. */
  readonly language: string
}

/** What the panel holds for a mailbox: nothing, or one value. */
export type Lookup<Value> =
  /** `domain`: there is no such account, or it has no such domain; `mailbox`: the domain has no such mailbox. */
  | { readonly found: 'none'; readonly missing: 'domain' | 'mailbox' }
  | { readonly found: 'one'; readonly value: Value }

/** How a change ended as far as the panel's answer tells. */
export type ChangeAnswer =
  | 'done'
  /** The account, the domain or the mailbox is suspended; nothing was changed. */
  | 'suspended'
  /** The panel has no such account, domain or mailbox; nothing was changed. */
  | 'missing'
  /** The panel gives no such names; nothing was changed. */
  | 'malformed'
  /** The command ended with a code that does not tell whether it had changed the password. */
  | 'failed'
  /** The command was sent and no answer that makes sense came back. */
  | 'lost'

/**
 * The commands of the panel that a change needs. Each rejects with a `PanelFault` if the panel did not carry it out
 * or gave no answer that makes sense; `changeMailboxPassword` only if it certainly changed nothing.
 */
export interface Panel {
  /** @param clientAddress the person's, for the panel's own log of failed logins */
  isAccountPassword(username: string, password: Secret, clientAddress: string): Promise<boolean>
  isTwoFactorCode(username: string, code: Secret): Promise<boolean>
  lookUpAccount(username: string): Promise<HostingAccount | undefined>
  lookUpDomainOwner(domainForm: string): Promise<string | undefined>
  /** The hash of exactly this mailbox, in Dovecot's form `{SCHEME}hash`. */
  lookUpStoredHash(owner: string, domainForm: string, localPart: string): Promise<Lookup<Secret>>
  /** The other addresses whose mail this mailbox gets, as local parts; none if there is no such mailbox. */
  lookUpAliases(owner: string, domainForm: string, localPart: string): Promise<readonly string[]>
  /** Whether there is exactly this mailbox. */
  hasMailbox(owner: string, domainForm: string, localPart: string): Promise<boolean>
  /**
   * Whether a change of this mailbox would destroy the logins of others, since the change command reads dots as wildcards
   * (docs/hestia.md, hazard 4). Costs no call for a name without a dot.
   */
  hasSiblings(owner: string, domainForm: string, localPart: string): Promise<boolean>
  changeMailboxPassword(
    owner: string,
    domainForm: string,
    localPart: string,
    password: Secret,
  ): Promise<ChangeAnswer>
}

/** What the panel is used for: a proof, or something that is switched on. */
export type PanelUse = Proof | 'recovery' | 'help' | 'owner-notices'

/** The commands of the panel, by what they are for. */
export type PanelCommand =
  | 'check-account'
  | 'check-code'
  | 'read-account'
  | 'find-owner'
  | 'read-mailbox'
  | 'change-password'

/** The panel, and an attempt's place in the queue before it. */
export interface PanelVisit extends Panel {
  /** The attempt was proven: its commands go first from now on. */
  prove(): void
  /** Whether so many commands would be answered side by side as soon as one. */
  hasRoom(commands: number): boolean
  /** How long (ms) these commands take one after another, if each is as slow as the slowest of the last few. */
  expectedMs(commands: readonly PanelCommand[]): number
  /** The running mean (ms) of what these commands took lately, one after another. */
  meanMs(commands: readonly PanelCommand[]): number
  /** Whether the panel has not answered since it was away: no change is sent before another command was answered. */
  isAway(): boolean
  /** Waits for the attempt's turn without a command, unless it had one; gives when that was (ms, by the clock). */
  takeTurn(): Promise<number>
  /** The attempt has ended: its commands that were not sent are not sent any more. */
  leave(): void
}

/**
 * Takes an attempt into the queue, or throws a `PanelFault` (`panel-busy`) at once where its commands don't fit into its
 * time.
 *
 * @param plan all that the attempt takes if it succeeds, in order
 * @param isProvenElsewhere whether the proof takes none of the panel's time
 */
export type EnterPanel = (plan: readonly PanelCommand[], isProvenElsewhere: boolean) => PanelVisit

/** One call of a panel command, for the log. */
export interface CommandRecord {
  readonly command: string
  /** The command's exit code, or a word for why there is none. */
  readonly result: number | string
  /** By the service's clock. */
  readonly startedMs: number
  readonly endedMs: number
}

export type PanelFaultCode = 'panel-misconfigured' | 'panel-failed' | 'panel-unavailable' | 'panel-busy'

/** The panel did not do what it was asked, or gave no answer that makes sense, for a reason that is not the person's. */
export class PanelFault extends Error {
  override readonly name = 'PanelFault'
  readonly code: PanelFaultCode
  /** For the operator's log: our own words, never the panel's. */
  readonly reason: string
  /** Whether the command may have run all the same. */
  readonly mayHaveRun: boolean
  /** After what time (ms) it is worth another try, where that is known. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: PanelFaultCode,
    reason: string,
    { mayHaveRun = false, retryAfterMs, cause }: FaultDetails = {},
  ) {
    super(`${code}: ${reason}`, { cause })
    this.code = code
    this.reason = reason
    this.mayHaveRun = mayHaveRun
    this.retryAfterMs = retryAfterMs
  }
}

/** Why an attempt ends whose caller has hung up: nobody is told. To abort its `hungUp` with. */
export function callerGone(): PanelFault {
  return new PanelFault('panel-busy', 'caller-gone')
}

interface FaultDetails {
  readonly mayHaveRun?: boolean
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** How busy the panel is with us now. */
export interface PanelLoad {
  /** Commands that run. */
  readonly running: number
  /** How many commands may run now: as many as the panel has been seen to gain by. */
  readonly limit: number
  /** Commands that wait for their turn. */
  readonly waiting: number
  /** `open`: the panel is away and is left alone; `half-open`: a probe is under way. */
  readonly breaker: BreakerState
}

export const breakerStates = ['closed', 'half-open', 'open'] as const

export type BreakerState = (typeof breakerStates)[number]

/** What the service's key to the panel may do beyond what is needed. */
export type KeyExcess =
  /** A kind of key that may run every command. */
  | { readonly code: 'legacy-key'; readonly kind: 'api-key' | 'admin-password' }
  /** An access key that may run a command which is not needed. */
  | { readonly code: 'key-may-do-more'; readonly command: string }

/** Finds out whether the key may do more than is needed; undefined if nothing of the kind was found. */
export type FindKeyExcess = () => Promise<KeyExcess | undefined>
