import type { Attempt, Proof, Proofs } from '../../core/attempt.js'
import type { Helper, HelpRequest } from '../../core/recovery/help-request.js'
import type { OwnerAttempt } from '../../core/recovery/make-link.js'
import type { SetAddressAttempt } from '../../core/recovery/set-address.js'
import { Secret } from '../../lib/secret.js'
import { type ParsedBody, parseBody } from './parse-body.js'
import {
  type AccountChange,
  type AddressRequest,
  accountChange,
  addressConfirmation,
  addressRemoval,
  addressRequest,
  helpRequest,
  type LinkRequest,
  linkChange,
  linkRequest,
  type MailboxChange,
  mailboxChange,
} from './schemas.js'

/** A request for a change, without its address and its time limit. */
export type Submission = Omit<Attempt, CallerMember>

/** A change with a recovery link. */
export interface Redemption {
  /** The secret part of the link, as it was sent. */
  readonly recovery: Secret
  readonly newPassword: Secret
}

/** A request by the owner of a hosting account, with proof by account. */
export type OwnerSubmission = Omit<OwnerAttempt, CallerMember>

/** A request by a person who can't sign in. */
export interface HelpSubmission extends Pick<HelpRequest, 'mailbox' | 'helper'> {
  /** The solution of a puzzle, as it was sent. */
  readonly solution: string | undefined
}

/** A request to set a recovery address, by a user of the mailbox. */
export type AddressSubmission = Omit<SetAddressAttempt, CallerMember>

/** A request to confirm a recovery address. */
export interface Confirmation {
  /** The secret part of the link, as it was sent. */
  readonly recovery: Secret
}

/** A request to remove a recovery address. */
export interface Removal {
  /** The removal code, as it was sent. */
  readonly removal: Secret
}

type CallerMember = 'callerKind' | 'clientAddress' | 'deadline' | 'hungUp' | 'language'

/**
 * Checks the body of a change, for the configured proofs.
 *
 * @param byClient whether a client sent it, which may give the person's address
 */
export function parseSubmission(proofs: Proofs, body: unknown, byClient = false): ParsedBody<Submission> {
  if (proofOf(proofs, body) === 'account')
    return mapValue(parseBody(accountChange, body, byClient), toAccountSubmission)
  return mapValue(parseBody(mailboxChange, body, byClient), toMailboxSubmission)
}

/** Checks the body of a change with a link. */
export function parseRedemption(body: unknown, byClient = false): ParsedBody<Redemption> {
  return mapValue(parseBody(linkChange, body, byClient), ({ recovery, newPassword }) => ({
    recovery: new Secret(recovery),
    newPassword: new Secret(newPassword),
  }))
}

/** Checks the body of a change, with a link or with a proof. */
export function parseChange(
  proofs: Proofs,
  body: unknown,
  byClient: boolean,
): ParsedBody<Submission | Redemption> {
  return hasMember(body, 'recovery')
    ? parseRedemption(body, byClient)
    : parseSubmission(proofs, body, byClient)
}

/** Checks an owner's request to make a link or to end all links. */
export function parseLinkRequest(body: unknown, byClient = false): ParsedBody<OwnerSubmission> {
  return mapValue(parseBody(linkRequest, body, byClient), toOwnerSubmission)
}

/** Checks the request of a person who can't sign in. */
export function parseHelpRequest(
  offered: readonly Helper[],
  body: unknown,
  byClient = false,
): ParsedBody<HelpSubmission> {
  const parsed = mapValue(parseBody(helpRequest, body, byClient), ({ email, helper, solution }) => ({
    mailbox: email,
    helper,
    solution,
  }))
  if (!parsed.ok || offered.includes(parsed.value.helper)) return parsed
  return { ok: false, faults: [{ pointer: '/helper', code: 'unknown-helper' }] }
}

/** Checks a request to set a recovery address. */
export function parseAddressRequest(body: unknown, byClient = false): ParsedBody<AddressSubmission> {
  return mapValue(parseBody(addressRequest, body, byClient), toAddressSubmission)
}

/** Checks a request to confirm a recovery address. */
export function parseConfirmation(body: unknown, byClient = false): ParsedBody<Confirmation> {
  return mapValue(parseBody(addressConfirmation, body, byClient), ({ recovery }) => ({
    recovery: new Secret(recovery),
  }))
}

/** Checks a request to remove a recovery address. */
export function parseRemoval(body: unknown, byClient = false): ParsedBody<Removal> {
  return mapValue(parseBody(addressRemoval, body, byClient), ({ removal }) => ({
    removal: new Secret(removal),
  }))
}

function mapValue<From, To>(parsed: ParsedBody<From>, map: (value: From) => To): ParsedBody<To> {
  return parsed.ok ? { ok: true, value: map(parsed.value) } : parsed
}

function proofOf(proofs: Proofs, body: unknown): Proof {
  const wanted = hasMember(body, 'account') ? 'account' : 'mailbox'
  return proofs.find((proof) => proof === wanted) ?? proofs[0]
}

function hasMember(body: unknown, name: string): boolean {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
}

function toMailboxSubmission({ email, newPassword, currentPassword, solution }: MailboxChange): Submission {
  return {
    mailbox: email,
    newPassword: new Secret(newPassword),
    solution,
    credentials: { proof: 'mailbox', password: new Secret(currentPassword) },
  }
}

function toAccountSubmission({ newPassword, ...request }: AccountChange): Submission {
  return { ...toOwnerSubmission(request), newPassword: new Secret(newPassword) }
}

function toOwnerSubmission({ email, account, solution }: LinkRequest): OwnerSubmission {
  const { username, password, code } = account
  return {
    mailbox: email,
    solution,
    credentials: {
      proof: 'account',
      username,
      password: new Secret(password),
      code: code === undefined ? undefined : new Secret(code),
    },
  }
}

function toAddressSubmission({
  email,
  currentPassword,
  recoveryAddress,
  solution,
}: AddressRequest): AddressSubmission {
  return {
    mailbox: email,
    recoveryAddress,
    solution,
    credentials: { proof: 'mailbox', password: new Secret(currentPassword) },
  }
}
