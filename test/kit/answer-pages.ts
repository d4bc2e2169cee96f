import type { Response } from 'supertest'
import { type AnswerCode, answerCodes } from '../../src/core/answer.js'
import { boldBrand } from './brand.js'
import { type CallFault, type Way, ways } from './outcomes.js'
import {
  ADDRESS_FORM,
  addressService,
  confirmationFor,
  HELP,
  HELP_REQUEST,
  OWNER_FORM,
  RECOVER_FORM,
  recoveryService,
  removalOf,
} from './recovery.js'
import type { TestService, TestServiceOptions } from './service.js'
import { ACCOUNT_FORM, formOf, MAILBOX_FORM } from './submissions.js'

/** A page, and how to get to it. */
export interface AnswerPage {
  /** The name of its screenshots. */
  readonly name: string
  /** The page's `data-answer`. */
  readonly answer: AnswerCode | 'none'
  readonly service?: TestServiceOptions
  /** Runs once, before the page is requested in any language. */
  readonly prepare?: (service: TestService) => unknown
  /** The panel's faults, for each request. */
  readonly faults?: readonly CallFault[]
  readonly ask: (service: TestService, language: string) => PromiseLike<Response>
}

/** Answers without a page. */
const withoutPage: readonly AnswerCode[] = [
  // Only clients send a token.
  'invalid-token',
  // Only webmail servers are checked against REKEY_WEBMAIL_ADDRESSES.
  'unknown-webmail-host',
]

/** Answers that the password form never gets. */
const ofOtherForms: readonly AnswerCode[] = [
  'recovery-requested',
  'recovery-link-made',
  'recovery-links-ended',
  'recovery-invalid',
  'recovery-address-sent',
  'recovery-address-removed',
  'removal-expired',
]

function posts(form: object, path = '/'): AnswerPage['ask'] {
  return ({ http }, lang) => http.post(path).query({ lang }).type('form').send(form)
}

function gets(path: string, query: Record<string, string> = {}): AnswerPage['ask'] {
  return ({ http }, lang) => http.get(path).query({ lang, ...query })
}

/** The page of an answer, reached as in `way`. */
function pageOf(answer: AnswerCode, way: Way): AnswerPage {
  const { body, headers, path = '/', method = 'post', faults = [], keyRevoked = false, times = 1 } = way
  const ask: AnswerPage['ask'] = ({ http }, lang) => {
    const request = http[method](path).query({ lang }).type('form')
    return request.set(headers ?? {}).send(typeof body === 'string' ? body : formOf({ ...body }))
  }
  return {
    name: answer,
    answer,
    service: { ...(times > 1 && { environment: { REKEY_LIMIT_FAILURES: '1/3h' } }), ...way.service },
    faults,
    ask,
    async prepare(service) {
      service.panel.switches.keyRevoked = keyRevoked
      for (let sent = 1; sent < times; sent++) await ask(service, 'en')
    },
  }
}

/** The pages for recovering a forgotten password. */
const recoveryPages: readonly AnswerPage[] = [
  { name: 'form-with-links', answer: 'none', service: recoveryService(), ask: gets('/') },
  { name: 'link', answer: 'none', service: recoveryService(), ask: gets('/link') },
  {
    name: 'link-every-field-wrong',
    answer: 'invalid-request',
    service: recoveryService(),
    ask: posts({ email: 'info', username: '-', code: 'abc' }, '/link/end'),
  },
  {
    name: 'recovery-link-made',
    answer: 'recovery-link-made',
    service: recoveryService(),
    ask(service, lang) {
      // An owner may make 20 links an hour, but there are more languages.
      service.clock.advance(3 * 60_000)
      return posts(OWNER_FORM, '/link')(service, lang)
    },
  },
  {
    name: 'recovery-links-ended',
    answer: 'recovery-links-ended',
    service: recoveryService(),
    ask: posts(OWNER_FORM, '/link/end'),
  },
  { name: 'recover', answer: 'none', service: recoveryService(), ask: gets('/recover') },
  {
    name: 'help',
    answer: 'none',
    service: recoveryService(HELP),
    ask: gets('/help', { email: 'info@example.org' }),
  },
  {
    name: 'help-wrong',
    answer: 'invalid-request',
    service: recoveryService(HELP),
    ask: posts({ helper: 'administrator' }, '/help'),
  },
  {
    name: 'help-asked',
    answer: 'recovery-requested',
    service: recoveryService(HELP),
    ask: posts(HELP_REQUEST, '/help'),
  },
  { name: 'form-with-help', answer: 'none', service: recoveryService(HELP), ask: gets('/') },
  {
    name: 'recover-every-field-wrong',
    answer: 'invalid-request',
    service: recoveryService(),
    ask: posts({ confirm_password: 'other' }, '/recover'),
  },
  {
    name: 'recovery-invalid',
    answer: 'recovery-invalid',
    service: recoveryService(),
    ask: posts({ ...RECOVER_FORM, recovery: 'rk1.forged.link' }, '/recover'),
  },
]

/** Changes the password of info@example.org, resetting it first. */
const changes: AnswerPage['ask'] = (service, language) => {
  const password = 'info-mail-pw'
  service.panel.setStoredHash('info@example.org', `{PLAIN}${password}`)
  return posts({ ...MAILBOX_FORM, current_password: password })(service, language)
}

/** The pages for setting, confirming and removing a recovery address. */
const addressPages: readonly AnswerPage[] = [
  { name: 'form-with-address', answer: 'none', service: addressService(9), ask: gets('/') },
  {
    name: 'changed-without-address',
    answer: 'changed',
    service: addressService(9),
    ask: changes,
  },
  {
    name: 'changed-with-address',
    answer: 'changed',
    service: addressService(9),
    async prepare(service) {
      const recovery = await confirmationFor(service)
      await posts({ recovery }, '/recovery-address/confirm')(service, 'en')
    },
    ask: changes,
  },
  { name: 'recovery-address', answer: 'none', service: addressService(9), ask: gets('/recovery-address') },
  {
    name: 'recovery-address-every-field-wrong',
    answer: 'invalid-request',
    service: addressService(9),
    ask: posts({ email: 'info', recovery_address: 'jane' }, '/recovery-address'),
  },
  {
    name: 'recovery-address-sent',
    answer: 'recovery-address-sent',
    service: addressService(9),
    ask: posts(ADDRESS_FORM, '/recovery-address'),
  },
  {
    name: 'confirm-address',
    answer: 'none',
    service: addressService(9),
    ask: gets('/recovery-address/confirm'),
  },
  {
    name: 'confirm-address-invalid',
    answer: 'recovery-invalid',
    service: addressService(9),
    ask: posts({ recovery: 'rk1.forged.link' }, '/recovery-address/confirm'),
  },
  {
    name: 'recovery-address-confirmed',
    answer: 'recovery-address-confirmed',
    service: addressService(9),
    async ask(service, language) {
      const recovery = await confirmationFor(service)
      return await posts({ recovery }, '/recovery-address/confirm')(service, language)
    },
  },
  {
    name: 'recovery-address-removed',
    answer: 'recovery-address-removed',
    service: addressService(9),
    ask: posts({ removal: removalOf('info@example.org', 'the address') }, '/recovery-address/remove'),
  },
  {
    name: 'removal-expired',
    answer: 'removal-expired',
    service: addressService(9),
    ask: posts({ removal: 'forged' }, '/recovery-address/remove'),
  },
]

/** All pages of the service. */
export const answerPages: readonly AnswerPage[] = [
  ...answerCodes.flatMap((code) => {
    const way = (ways as Partial<Record<AnswerCode, Way>>)[code]
    return way && !withoutPage.includes(code) && !ofOtherForms.includes(code) ? [pageOf(code, way)] : []
  }),
  ...recoveryPages,
  ...addressPages,
  { name: 'form', answer: 'none', ask: gets('/') },
  {
    name: 'form-for-a-mailbox',
    answer: 'none',
    ask: gets('/', { email: 'the-accounting-department+invoices@mail.subsidiary.example.org' }),
  },
  {
    name: 'form-one-proof',
    answer: 'none',
    service: { environment: { REKEY_PROOFS: 'account' } },
    ask: gets('/'),
  },
  { name: 'branded-form', answer: 'none', service: { environment: boldBrand }, ask: gets('/') },
  {
    name: 'branded-changed',
    answer: 'changed',
    // Without a logo, the page shows the name.
    service: { environment: { ...boldBrand, REKEY_LOGO_FILE: '' } },
    ask: posts(ACCOUNT_FORM),
  },
  {
    name: 'every-field-wrong',
    answer: 'invalid-request',
    ask: posts({ email: 'info', proof: 'account', username: '-', code: 'abc', confirm_password: 'other' }),
  },
  {
    name: 'too-many-requests',
    answer: 'too-many-attempts',
    service: { environment: { REKEY_LIMIT_ADDRESS: '1/12h' } },
    prepare: (service) => posts({})(service, 'en'),
    ask: posts(MAILBOX_FORM),
  },
  {
    name: 'puzzle-needed',
    answer: 'too-many-attempts',
    service: { environment: { REKEY_LIMIT_TARGET: '1/1h', ...boldBrand } },
    prepare: (service) => posts({ ...MAILBOX_FORM, current_password: 'wrong' })(service, 'en'),
    ask: posts(MAILBOX_FORM),
  },
]
