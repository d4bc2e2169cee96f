import type { Response } from 'supertest'
import type { AnswerCode } from '../../src/core/answer.js'
import type { LimitStore } from '../../src/core/attempt-limits.js'
import { StoreUnavailable } from '../../src/core/outage.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import type { SharedStore } from '../../src/store/shared-store.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import type { Fault } from '../panel-simulator/simulator.js'
import { createTestClock } from './clock.js'
import {
  ADDRESS_REQUEST,
  ADDRESSES,
  addressService,
  byLink,
  HELP,
  HELP_REQUEST,
  LINK_REQUEST,
  LINKS,
  REQUESTS,
  recoveryService,
  removalOf,
} from './recovery.js'
import type { TestService, TestServiceOptions } from './service.js'
import { byAccount, byMailbox, CHANGES } from './submissions.js'

const VALUE = 'v-get-mail-account-value'

/** The token of the client in `outcomeEnvironment`. */
export const TOKEN = 'token-'.repeat(6)

/** The password in submissions with a wrong one. */
export const WRONG_PASSWORD = 'a wrong password'

/** A fault of the panel in the next calls of a command. */
export type CallFault = readonly [call: string, fault: Fault, times?: number]

/** How to send a submission, and what goes wrong. */
export interface Way {
  /** JSON, or a text that is sent unchanged. */
  readonly body: object | string
  readonly headers?: Readonly<Record<string, string>>
  /** Default: the path of a change. */
  readonly path?: string
  readonly method?: 'get' | 'put' | 'post'
  readonly faults?: readonly CallFault[]
  /** Whether the panel refuses the service's access key. */
  readonly keyRevoked?: boolean
  /** How often it is sent. The last answer counts. */
  readonly times?: number
  /** Options of the service, if `outcomeEnvironment` isn't enough. */
  readonly service?: TestServiceOptions
}

const wrong = byMailbox({ currentPassword: WRONG_PASSWORD })
const dave = { username: 'dave', password: 'dave panel pw' }
const exits = (code: number): Fault => ({ kind: 'exit', run: false, code })
const lostAfterRun: Fault = { kind: 'reset', when: 'after-run' }
const noPanel: Fault = { kind: 'answer', run: false, status: 500, body: '' }

/** The environment in which every answer can be reached, except those whose `way` has its own options. */
export const outcomeEnvironment = {
  REKEY_CLIENTS: `roundcube=${TOKEN}`,
  REKEY_TRUST_PROXY: '1',
  REKEY_LIMIT_ADDRESS: '4/1h',
  REKEY_LIMIT_FAILURES: '1/1h',
}

/** A store that fails to count, with this error. */
function failingStore(error: Error): SharedStore {
  const fail = async (): Promise<never> => {
    throw error
  }
  const limits: LimitStore = { increment: fail, read: fail, begin: fail, decrement: fail, resetKey: fail }
  return { ...createMemoryStore(createTestClock()), createLimitStore: () => limits }
}

/** Nobody listens on this port. */
const nobody = 'http://127.0.0.1:9'

/** Answers that depend on an earlier answer, or on another server. test/service/recovery-addresses.test.ts reaches them. */
type ReachedElsewhere = 'recovery-address-confirmed' | 'change-password-first'

/** How to reach each answer, by its code. */
export const ways: Readonly<Record<Exclude<AnswerCode, ReachedElsewhere>, Way>> = {
  changed: { body: byAccount() },
  'invalid-request': { body: {} },
  'invalid-token': { body: wrong, headers: { authorization: 'Bearer nobody' } },
  'invalid-credentials': { body: wrong },
  'code-required': { body: byAccount(dave, { email: 'dave@dave.example' }) },
  'mailbox-suspended': {
    body: byMailbox({ email: 'paused@example.org', currentPassword: 'paused mail pw' }),
  },
  'cross-site-request': { body: wrong, headers: { 'sec-fetch-site': 'cross-site' } },
  'unknown-webmail-host': {
    body: 'user=info@example.org',
    path: '/roundcube',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  // So long that the page must break it.
  'mailbox-not-found': { body: byAccount({}, { email: `${'nobody.'.repeat(8)}at.all@example.org` }) },
  'not-found': { body: {}, path: '/nothing', method: 'get' },
  'method-not-allowed': { body: {}, method: 'put' },
  'mailbox-ambiguous': {
    body: byMailbox({ email: 'john.doe@example.org', currentPassword: 'john.doe mail pw' }),
  },
  'payload-too-large': { body: 'x'.repeat(9000) },
  'unsupported-media-type': { body: '<info@example.org>', headers: { 'content-type': 'text/xml' } },
  'password-rejected': { body: byMailbox({ newPassword: ' info' }) },
  'too-many-attempts': {
    body: byMailbox({ email: 'sales@example.org', currentPassword: WRONG_PASSWORD }),
    times: 2,
  },
  'internal-error': { body: wrong, service: { store: failingStore(new TypeError('a bug')) } },
  'panel-misconfigured': { body: byAccount(), keyRevoked: true },
  'panel-failed': { body: byAccount(), faults: [['v-list-user', { kind: 'truncated', run: true }]] },
  'panel-unavailable': {
    body: byAccount(),
    faults: [['v-check-user-password', { kind: 'reset', when: 'before-run' }, 2]],
  },
  'panel-busy': { body: byAccount(), faults: [['v-check-user-password', exits(14)]] },
  'mail-server-unavailable': {
    body: wrong,
    service: { environment: { REKEY_MAILBOX_CHECK: 'imap', REKEY_IMAP_URL: 'imaps://127.0.0.1:9' } },
  },
  'store-unavailable': {
    body: wrong,
    service: { store: failingStore(new StoreUnavailable('ECONNREFUSED')) },
  },
  'breach-check-unavailable': {
    body: wrong,
    service: {
      environment: {
        REKEY_BREACH_CHECK: 'online',
        REKEY_BREACH_URL: nobody,
        REKEY_BREACH_FAIL: 'refuse',
      },
    },
  },
  'change-not-confirmed': {
    // No earlier way has set this password.
    body: byAccount({}, { newPassword: 'yet another new secret' }),
    faults: [[CHANGE, { kind: 'reset', when: 'before-run' }]],
  },
  'recovery-requested': {
    body: HELP_REQUEST,
    path: REQUESTS,
    service: recoveryService(HELP),
  },
  'recovery-link-made': { body: LINK_REQUEST, path: LINKS, service: recoveryService() },
  'recovery-links-ended': { body: LINK_REQUEST, path: `${LINKS}/end`, service: recoveryService() },
  'recovery-invalid': { body: byLink('rk1.forged.link'), service: recoveryService() },
  'recovery-address-sent': { body: ADDRESS_REQUEST, path: ADDRESSES, service: addressService(9) },
  'recovery-address-removed': {
    body: { removal: removalOf('info@example.org', 'the address') },
    path: `${ADDRESSES}/remove`,
    service: addressService(9),
  },
  'removal-expired': {
    body: { removal: 'forged' },
    path: `${ADDRESSES}/remove`,
    service: addressService(9),
  },
  'outcome-unknown': {
    body: byAccount(),
    faults: [
      [CHANGE, lostAfterRun],
      [VALUE, noPanel, 5],
    ],
  },
}

/** Other submissions, to test what is written about them. */
const variants: readonly Way[] = [
  { body: byMailbox() },
  { body: byAccount(), faults: [[CHANGE, lostAfterRun]] },
  { body: { ...wrong, account: { 'info@example.org': 1 } } },
  { body: { ...wrong, clientAddress: '198.51.100.7' }, headers: { authorization: `Bearer ${TOKEN}` } },
  { body: byAccount({ username: 'alice', password: WRONG_PASSWORD }) },
  { body: byMailbox({ newPassword: 'info' }) },
  { body: {}, times: 5 },
  { body: byAccount(), faults: [[VALUE, noPanel]] },
  { body: byAccount(), faults: [[CHANGE, exits(12)]] },
]

/** Sends a submission to the JSON interface from a given address, and returns the last answer. */
export async function send(
  { http, panel }: TestService,
  { body, headers, path = CHANGES, method = 'post', faults = [], keyRevoked = false, times = 1 }: Way,
  clientAddress: string,
): Promise<Response> {
  panel.switches.keyRevoked = keyRevoked
  for (const [command, fault, count] of faults) panel.failNext(command, fault, count)
  const submit = () =>
    http[method](path)
      .set({ 'content-type': 'application/json', 'x-forwarded-for': clientAddress, ...headers })
      .send(body)
  for (let sent = 1; sent < times; sent++) await submit()
  return await submit()
}

/** Takes a service with `outcomeEnvironment` through every outcome that needs no other options. */
export async function driveOutcomes(service: TestService): Promise<void> {
  const driven = [...variants, ...Object.values(ways).filter((way) => way.service === undefined)]
  for (const [index, way] of driven.entries()) {
    // After a lost change, the domain stays locked for a while. After a refused key, the panel isn't called for a while.
    service.clock.advance(300_000)
    await send(service, way, `203.0.113.${index + 1}`)
    service.panel.clearFaults()
  }
}
