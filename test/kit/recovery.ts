import type { Response } from 'supertest'
import { parseMailbox } from '../../src/core/mailbox.js'
import { Secret } from '../../src/lib/secret.js'
import { createAddressRecords } from '../../src/recovery/address-records.js'
import { createRecoveryLinks } from '../../src/recovery/links.js'
import { createAddressRemovals } from '../../src/recovery/removals.js'
import { createRecordSeal } from '../../src/recovery/sealed-records.js'
import type { TestService, TestServiceOptions } from './service.js'
import type { ReceivedMessage } from './smtp-server.js'
import { NEW_PASSWORD } from './submissions.js'

export const LINKS = '/api/v1/recovery-links'

export const ADDRESSES = '/api/v1/recovery-addresses'

export const PUBLIC_URL = 'https://mail.example.com/password/'

export const REQUESTS = '/api/v1/recovery-requests'

/** A request for help from the administrator of info@example.org. */
export const HELP_REQUEST = { email: 'info@example.org', helper: 'administrator' }

/** The environment of a service that mails administrators through a mail server on this port. */
export function helpEnvironment(port: number): Record<string, string> {
  return {
    REKEY_RECOVERY_ASK: 'true',
    REKEY_SMTP_URL: `smtp://127.0.0.1:${port}`,
    REKEY_MAIL_FROM: 'post@example.org',
  }
}

/** The same with an unreachable mail server. */
export const HELP = helpEnvironment(9)

/** A request for a link for info@example.org, as alice. */
export const LINK_REQUEST = {
  email: 'info@example.org',
  account: { username: 'alice', password: 'alice panel pw' },
}

/** The page's form with which alice makes a link for info@example.org, filled in. */
export const OWNER_FORM = {
  email: LINK_REQUEST.email,
  username: LINK_REQUEST.account.username,
  account_password: LINK_REQUEST.account.password,
}

/** The page's form for a new password, filled in except for the link. */
export const RECOVER_FORM = { new_password: NEW_PASSWORD, confirm_password: NEW_PASSWORD }

/** A request to set a recovery address for info@example.org. */
export const ADDRESS_REQUEST = {
  email: 'info@example.org',
  currentPassword: 'info mail pw',
  recoveryAddress: 'jane@example.net',
}

/** The page's form for the same. */
export const ADDRESS_FORM = {
  email: ADDRESS_REQUEST.email,
  current_password: ADDRESS_REQUEST.currentPassword,
  recovery_address: ADDRESS_REQUEST.recoveryAddress,
}

/** A change with a link, or with its secret part. */
export function byLink(recovery: string, newPassword = NEW_PASSWORD): Record<string, unknown> {
  return { recovery, newPassword }
}

/** The environment of a service in which owners can make links. */
export const recoveryEnvironment = {
  REKEY_PUBLIC_URL: PUBLIC_URL,
  REKEY_LINK_KEY: 'a key of 32 bytes or more, for tests',
  REKEY_RECOVERY_STORE: 'folder',
}

/** The options of a service in which owners can make links. */
export function recoveryService(environment: Record<string, string> = {}): TestServiceOptions {
  return { environment: { ...recoveryEnvironment, ...environment } }
}

export const RECOVERY_KEY = 'a recovery key of 32 bytes or more, for tests'

/** Makes the code that removes a mailbox's recovery address. */
export function removalOf(mailbox: string, id: string): string {
  const parsed = parseMailbox(mailbox)
  if (!parsed) throw new Error(`no mailbox: ${mailbox}`)
  const expiresMs = Date.now() + 30 * 60_000
  return createAddressRemovals(new Secret(RECOVERY_KEY)).make(parsed, id, expiresMs).reveal()
}

/**
 * Stores a new recovery address for info@example.org, and returns the link that would be mailed. It can be called any number of
 * times, because it bypasses the rate limits on mails.
 */
export async function confirmationFor({ panel, recoveryStore }: TestService): Promise<string> {
  const mailbox = parseMailbox('info@example.org')
  if (!mailbox || !recoveryStore) throw new Error('no store for recovery addresses')
  const storedHash = new Secret(panel.mailbox(mailbox.address)?.hash ?? '')
  const records = createAddressRecords(
    recoveryStore,
    createRecordSeal(new Secret(RECOVERY_KEY)),
    () => undefined,
  )
  const setMs = Date.now()
  const named = { id: 'the address', address: 'jane@example.net', language: 'en', setMs }
  await records.save(mailbox, { pending: { ...named, binding: records.bindingOf(storedHash) } })
  const links = createRecoveryLinks([new Secret(recoveryEnvironment.REKEY_LINK_KEY)])
  const bound = { owner: 'alice', domainForm: 'example.org', localPart: 'info', storedHash }
  return links.make('confirmation', { ...bound, state: ' the address' }, setMs + 3_600_000).reveal()
}

/** The options of a service in which people can set recovery addresses. Its mails go to a server on this port. */
export function addressService(port: number, environment: Record<string, string> = {}): TestServiceOptions {
  return recoveryService({
    REKEY_RECOVERY_KEY: RECOVERY_KEY,
    REKEY_SMTP_URL: `smtp://127.0.0.1:${port}`,
    REKEY_MAIL_FROM: 'post@example.com',
    ...environment,
  })
}

export async function requestLink(service: TestService, request: object = LINK_REQUEST): Promise<Response> {
  return await service.http.post(LINKS).send(request)
}

export async function makeLink(service: TestService, request: object = LINK_REQUEST): Promise<string> {
  const response = await requestLink(service, request)
  if (response.status !== 201) throw new Error(`the link was answered with ${response.status}`)
  return response.body.url
}

/** The recovery link in a mail; empty if there is none. */
export function linkIn(mail: ReceivedMessage | undefined): string {
  return /https:\S+#rk1\.[\w.-]+/.exec(mail?.text ?? '')?.[0] ?? ''
}
