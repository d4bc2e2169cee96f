import type { Secret } from '../lib/secret.js'
import type { Proof } from './attempt.js'

/** The part of a hosting account that Rekey needs. */
export interface HostingAccount {
  readonly administrator: boolean
  readonly suspended: boolean
  readonly loginDisabled: boolean
  readonly twoFactor: boolean
  /** The only addresses that may log in, in the form of `parseClientAddress`; undefined if all may. */
  readonly allowedAddresses: readonly string[] | undefined
  /** The owner's mail address, if the panel has one. */
  readonly contact: string | undefined
  /** As chosen in the panel, such as `pt-br`. */
  readonly language: string
}

/** What the panel has for a mailbox: nothing, or one value. */
export type Lookup<Value> =
  /** `domain`: there is no such account, or no such domain in it. `mailbox`: no such mailbox in the domain. */
  | { readonly found: 'none'; readonly missing: 'domain' | 'mailbox' }
  | { readonly found: 'one'; readonly value: Value }

/** How a change ended, by the panel's response. */
export type ChangeAnswer =
  | 'done'
  /** Account, domain or mailbox is suspended; nothing was changed. */
  | 'suspended'
  /** No such account, domain or mailbox; nothing was changed. */
  | 'missing'
  /** The panel doesn't allow such names; nothing was changed. */
  | 'malformed'
  /** The exit code doesn't say whether the password was changed. */
  | 'failed'
  /** Sent, but there was no clear response. */
  | 'lost'

/**
 * The panel commands that a change needs. Each rejects with a `PanelFault` if it didn't run or there was no clear response;
 * `changeMailboxPassword` only if it certainly changed nothing.
 */
export interface Panel {
  /** @param clientAddress the person's, for the panel's log of failed logins */
  isAccountPassword(username: string, password: Secret, clientAddress: string): Promise<boolean>
  isTwoFactorCode(username: string, code: Secret): Promise<boolean>
  lookUpAccount(username: string): Promise<HostingAccount | undefined>
  lookUpDomainOwner(domainForm: string): Promise<string | undefined>
  /** The hash of exactly this mailbox, in Dovecot's form `{SCHEME}hash`. */
  lookUpStoredHash(owner: string, domainForm: string, localPart: string): Promise<Lookup<Secret>>
  /** The local parts of other addresses whose mail this mailbox gets; empty if it doesn't exist. */
  lookUpAliases(owner: string, domainForm: string, localPart: string): Promise<readonly string[]>
  /** Whether exactly this mailbox exists. */
  hasMailbox(owner: string, domainForm: string, localPart: string): Promise<boolean>
  /**
   * Whether a change of this mailbox would destroy other logins: the panel reads dots as wildcards (docs/hestia.md, hazard 4).
   * Needs no command for a name without a dot.
   */
  hasSiblings(owner: string, domainForm: string, localPart: string): Promise<boolean>
  changeMailboxPassword(
    owner: string,
    domainForm: string,
    localPart: string,
    password: Secret,
  ): Promise<ChangeAnswer>
}

/** What the panel is used for: a proof, or a feature that is turned on. */
export type PanelUse = Proof | 'recovery' | 'help' | 'owner-notices'

/** The panel commands, by purpose. */
export type PanelCommand =
  | 'check-account'
  | 'check-code'
  | 'read-account'
  | 'find-owner'
  | 'read-mailbox'
  | 'change-password'

/** The panel's commands, and an attempt's place in the queue. */
export interface PanelVisit extends Panel {
  /** The attempt was proven. From now on its commands go first. */
  prove(): void
  /** Whether this many commands would start at once. */
  hasRoom(commands: number): boolean
  /** How long (ms) these commands take in a row if each is as slow as its slowest recent run. */
  expectedMs(commands: readonly PanelCommand[]): number
  /** The running mean (ms) of how long these commands took in a row. */
  meanMs(commands: readonly PanelCommand[]): number
  /** Whether the panel hasn't answered since it was away. Then another command must succeed before a change is sent. */
  isAway(): boolean
  /** Waits for the attempt's turn without a command, unless it had one. Returns when that was (ms, by the clock). */
  takeTurn(): Promise<number>
  /** Ends the attempt: commands that haven't been sent are dropped. */
  leave(): void
}

/**
 * Puts an attempt in the queue, or throws a `PanelFault` (`panel-busy`) at once if its commands don't fit into its time.
 *
 * @param plan the commands of a successful attempt, in order
 * @param isProvenElsewhere whether the proof needs no panel command
 */
export type EnterPanel = (plan: readonly PanelCommand[], isProvenElsewhere: boolean) => PanelVisit

/** One panel command, for the log. */
export interface CommandRecord {
  readonly command: string
  /** The exit code, or a word for why there is none. */
  readonly result: number | string
  /** By the service's clock. */
  readonly startedMs: number
  readonly endedMs: number
}

export type PanelFaultCode = 'panel-misconfigured' | 'panel-failed' | 'panel-unavailable' | 'panel-busy'

/** The panel didn't do what it was asked, or gave no clear response, and the person isn't the cause. */
export class PanelFault extends Error {
  override readonly name = 'PanelFault'
  readonly code: PanelFaultCode
  /** For the operator's log. Never the panel's own words. */
  readonly reason: string
  /** Whether the command may have run. */
  readonly mayHaveRun: boolean
  /** When another try makes sense (ms), if known. */
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

/** To abort `hungUp` with when the caller is gone. Nobody sees it. */
export function callerGone(): PanelFault {
  return new PanelFault('panel-busy', 'caller-gone')
}

interface FaultDetails {
  readonly mayHaveRun?: boolean
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** How busy Rekey keeps the panel now. */
export interface PanelLoad {
  /** Running commands. */
  readonly running: number
  /** How many may run in parallel: as many as the panel profits from. */
  readonly limit: number
  /** Waiting commands. */
  readonly waiting: number
  /** `open`: the panel is away and gets no commands. `half-open`: a probe is running. */
  readonly breaker: BreakerState
}

export const breakerStates = ['closed', 'half-open', 'open'] as const

export type BreakerState = (typeof breakerStates)[number]

/** What Rekey's key may do without need. */
export type KeyExcess =
  /** A kind of key that may run every command. */
  | { readonly code: 'legacy-key'; readonly kind: 'api-key' | 'admin-password' }
  /** An access key that may run this unneeded command. */
  | { readonly code: 'key-may-do-more'; readonly command: string }

/** Undefined if nothing was found. */
export type FindKeyExcess = () => Promise<KeyExcess | undefined>
