import type { Response } from 'supertest'
import type { AnswerCode } from '../../src/core/answer.js'
import type { LimitStore } from '../../src/core/attempt-limits.js'
import { StoreUnavailable } from '../../src/core/outage.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import type { SharedStore } from '../../src/store/shared-store.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import type { Fault } from '../panel-simulator/simulator.js'
import { boldBrand } from './brand.js'
import { createTestClock } from './clock.js'
import type { TestService, TestServiceOptions } from './service.js'
import { ACCOUNT_FORM, MAILBOX_FORM } from './submissions.js'

/** A page that a person can meet, and how to come to it. */
export interface AnswerPage {
  /** That of its screenshots. */
  readonly name: string
  /** What `data-answer` says on it. */
  readonly answer: AnswerCode | 'none'
  readonly service?: TestServiceOptions
  /** Done once, before the page is asked for in any language. */
  readonly prepare?: (service: TestService) => unknown
  /** What the panel does wrong each time. */
  readonly faults?: readonly (readonly [call: string, fault: Fault, times?: number])[]
  readonly ask: (service: TestService, language: string) => PromiseLike<Response>
}

const VALUE = 'v-get-mail-account-value'

function posts(form: object | string, headers: Record<string, string> = {}): AnswerPage['ask'] {
  return ({ http }, lang) => http.post('/').query({ lang }).type('form').set(headers).send(form)
}

function gets(path: string, query: Record<string, string> = {}): AnswerPage['ask'] {
  return ({ http }, lang) => http.get(path).query({ lang, ...query })
}

/** A store whose counting fails so. */
function failingStore(error: Error): SharedStore {
  const fail = async (): Promise<never> => {
    throw error
  }
  const limits: LimitStore = { init: () => undefined, increment: fail, decrement: fail, resetKey: fail }
  return { ...createMemoryStore(createTestClock()), createLimitStore: () => limits }
}

/** Nobody listens there. */
const breachesAsked = { REKEY_BREACH_CHECK: 'online', REKEY_BREACH_URL: 'http://127.0.0.1:9' }

const nonsense: Fault = { kind: 'answer', run: false, status: 500, body: 'It works!' }
const overload: Fault = { kind: 'exit', run: false, code: 14 }

/** Every page of the service. */
export const answerPages: readonly AnswerPage[] = [
  { name: 'form', answer: 'none', ask: gets('/', { email: 'info@example.org' }) },
  {
    name: 'form-one-method',
    answer: 'none',
    service: { environment: { REKEY_PROOFS: 'account' } },
    ask: gets('/'),
  },
  { name: 'changed', answer: 'changed', ask: posts(ACCOUNT_FORM) },
  { name: 'branded-form', answer: 'none', service: { environment: boldBrand }, ask: gets('/') },
  {
    name: 'branded-changed',
    answer: 'changed',
    // Without a logo the name stands there.
    service: { environment: { ...boldBrand, REKEY_LOGO_FILE: '' } },
    ask: posts(ACCOUNT_FORM),
  },
  { name: 'invalid-request', answer: 'invalid-request', ask: posts({}) },
  {
    name: 'every-field-wrong',
    answer: 'invalid-request',
    ask: posts({ email: 'info', method: 'account', username: '-', code: 'abc', confirm_password: 'other' }),
  },
  {
    name: 'invalid-credentials',
    answer: 'invalid-credentials',
    ask: posts({ ...MAILBOX_FORM, current_password: 'x' }),
  },
  {
    name: 'code-required',
    answer: 'code-required',
    ask: posts({
      ...ACCOUNT_FORM,
      email: 'dave@dave.example',
      username: 'dave',
      account_password: 'dave panel pw',
    }),
  },
  {
    name: 'password-rejected',
    answer: 'password-rejected',
    ask: posts({ ...MAILBOX_FORM, new_password: ' info', confirm_password: ' info' }),
  },
  {
    name: 'mailbox-suspended',
    answer: 'mailbox-suspended',
    ask: posts({ ...MAILBOX_FORM, email: 'paused@example.org', current_password: 'paused mail pw' }),
  },
  {
    name: 'mailbox-not-found',
    answer: 'mailbox-not-found',
    ask: posts({ ...ACCOUNT_FORM, email: `${'nobody.'.repeat(8)}at.all@example.org` }),
  },
  {
    name: 'mailbox-ambiguous',
    answer: 'mailbox-ambiguous',
    ask: posts({ ...MAILBOX_FORM, email: 'john.doe@example.org', current_password: 'john.doe mail pw' }),
  },
  {
    name: 'too-many-tries',
    answer: 'too-many-attempts',
    service: { environment: { REKEY_LIMIT_FAILURES: '1/3h' } },
    prepare: (service) => posts({ ...MAILBOX_FORM, current_password: 'x' })(service, 'en'),
    ask: posts(MAILBOX_FORM),
  },
  {
    name: 'too-many-requests',
    answer: 'too-many-attempts',
    service: { environment: { REKEY_LIMIT_ADDRESS: '1/12m' } },
    prepare: (service) => posts({})(service, 'en'),
    ask: posts(MAILBOX_FORM),
  },
  {
    name: 'cross-site-request',
    answer: 'cross-site-request',
    ask: posts(MAILBOX_FORM, { 'sec-fetch-site': 'cross-site' }),
  },
  { name: 'not-found', answer: 'not-found', ask: gets('/nothing') },
  {
    name: 'method-not-allowed',
    answer: 'method-not-allowed',
    ask: ({ http }, lang) => http.put('/').query({ lang }),
  },
  { name: 'payload-too-large', answer: 'payload-too-large', ask: posts(`email=${'x'.repeat(9000)}`) },
  {
    name: 'unsupported-media-type',
    answer: 'unsupported-media-type',
    ask: posts('email=info', { 'content-type': 'text/plain' }),
  },
  {
    name: 'internal-error',
    answer: 'internal-error',
    service: { store: failingStore(new TypeError('a bug')) },
    ask: posts(MAILBOX_FORM),
  },
  {
    name: 'store-unavailable',
    answer: 'store-unavailable',
    service: { store: failingStore(new StoreUnavailable()) },
    ask: posts(MAILBOX_FORM),
  },
  {
    name: 'breach-check-unavailable',
    answer: 'breach-check-unavailable',
    service: { environment: { ...breachesAsked, REKEY_BREACH_FAIL: 'refuse' } },
    ask: posts(MAILBOX_FORM),
  },
  {
    name: 'panel-misconfigured',
    answer: 'panel-misconfigured',
    prepare: ({ panel }) => Object.assign(panel.switches, { keyRevoked: true }),
    ask: posts(MAILBOX_FORM),
  },
  {
    name: 'panel-failed',
    answer: 'panel-failed',
    faults: [['v-list-user', { kind: 'truncated', run: true }]],
    ask: posts(ACCOUNT_FORM),
  },
  {
    name: 'panel-unavailable',
    answer: 'panel-unavailable',
    prepare: ({ panel }) => panel.close(),
    ask: posts(MAILBOX_FORM),
  },
  { name: 'panel-busy', answer: 'panel-busy', faults: [[VALUE, overload, 2]], ask: posts(MAILBOX_FORM) },
  {
    name: 'mail-server-unavailable',
    answer: 'mail-server-unavailable',
    // Nothing listens there.
    service: { environment: { REKEY_MAILBOX_CHECK: 'imap', REKEY_IMAP_URL: 'imaps://127.0.0.1:9' } },
    ask: posts(MAILBOX_FORM),
  },
  {
    name: 'outcome-unknown',
    answer: 'outcome-unknown',
    faults: [
      [CHANGE, { kind: 'reset', when: 'after-run' }],
      [VALUE, nonsense, 5],
    ],
    ask: posts(ACCOUNT_FORM),
  },
  {
    name: 'change-not-seen',
    answer: 'panel-unavailable',
    faults: [[CHANGE, { kind: 'reset', when: 'before-run' }]],
    ask: posts(ACCOUNT_FORM),
  },
]
