import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { type AnswerCode, answerCodes, answers } from '../../src/core/answer.js'
import { PATH } from './kit/programs.js'

const DRIVER = fileURLToPath(new URL('../../integrations/roundcube/rekey.php', import.meta.url))
const HARNESS = fileURLToPath(new URL('drivers/harness.php', import.meta.url))
const TOKEN = '0123456789abcdef0123456789abcdef'

/** Roundcube's own codes. */
const SUCCESS = 0
const ERROR = 2
const CONNECT_ERROR = 3
const CONSTRAINT_VIOLATION = 5

interface Call {
  readonly call?: 'save' | 'compare' | 'strength_rules' | 'check_strength'
  readonly arguments?: readonly string[]
  /** The charset of the arguments. Default: UTF-8. */
  readonly charset?: string
  readonly settings?: Record<string, unknown>
  /** Roundcube's own settings of the HTTP client. */
  readonly client?: Record<string, unknown>
  readonly status?: number
  readonly body?: string
  /** What cURL reports for a call without an answer. */
  readonly failure?: Record<string, unknown>
}

interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly options: Readonly<Record<string, unknown>>
}

interface Made {
  readonly result: unknown
  readonly sent: readonly Sent[]
  readonly log: readonly string[]
}

function make({ settings, ...call }: Call): Made {
  const input = {
    call: 'save',
    arguments: ['the current one', 'the new one', 'info@example.org'],
    settings: {
      password_rekey_url: 'https://rekey.example.org/password/',
      password_rekey_token: TOKEN,
      ...settings,
    },
    ...call,
  }
  const options = { env: { PATH }, input: JSON.stringify(input), encoding: 'utf8' } as const
  return JSON.parse(execFileSync('php', [HARNESS, DRIVER], options))
}

function problem(code: AnswerCode, more: object = {}): Call {
  const body = {
    title: 'Title',
    detail: 'Detail.',
    status: answers[code].status,
    code,
    requestId: 'the-id',
    ...more,
  }
  return { status: answers[code].status, body: JSON.stringify(body) }
}

/** What happened, and what to do. */
const words = { code: ERROR, message: 'Title. Detail.' }

/** The driver has ended the request itself, and Roundcube adds no text. */
function ended(message: string): object {
  return {
    ended: [
      ['display_message', message, 'warning'],
      ['action', 'plugin.password'],
    ],
    template: 'plugin',
  }
}

it('the driver sends the change for the person, in the person’s language, and trusts what it is told to', () => {
  const { result, sent } = make({
    status: 200,
    body: '{"code":"changed"}',
    client: {
      verify: false,
      timeout: 1,
      allow_redirects: true,
      curl: { 64: false },
      stream_context: { ssl: { verify_peer: false } },
      auth: ['somebody', 'else'],
      debug: true,
    },
  })
  expect(result).toBe(SUCCESS)
  expect(sent).toEqual([
    {
      method: 'POST',
      url: 'https://rekey.example.org/password/api/v1/password-changes',
      headers: expect.objectContaining({
        Authorization: `Bearer ${TOKEN}`,
        'Accept-Language': 'de-DE, en;q=0.1',
        'Content-Type': 'application/json',
      }),
      body: {
        email: 'info@example.org',
        currentPassword: 'the current one',
        newPassword: 'the new one',
        clientAddress: '203.0.113.9',
      },
      options: {
        verify: true,
        timeout: 180,
        connect_timeout: 5,
        allow_redirects: false,
        http_errors: false,
        curl: [],
        stream_context: [],
        debug: false,
      },
    },
  ])
  const ca = { password_rekey_ca: '/etc/ssl/rekey-ca.pem' }
  expect(make({ settings: ca, status: 200, body: '{}' }).sent[0]?.options.verify).toBe(ca.password_rekey_ca)
})

const told: Partial<Record<AnswerCode, unknown>> = {
  'invalid-credentials': { code: ERROR, message: '[password.passwordincorrect]' },
  'password-rejected': { code: CONSTRAINT_VIOLATION, message: 'Title. Detail.' },
  'too-many-attempts': words,
  'mailbox-suspended': words,
  'mailbox-ambiguous': words,
  'internal-error': ended('Title. Detail.'),
  'change-not-confirmed': ended('Title. Detail.'),
  'outcome-unknown': ended('Title. Detail.'),
  'panel-misconfigured': words,
  'panel-failed': words,
  'panel-unavailable': { ...words, code: CONNECT_ERROR },
  'panel-busy': { ...words, code: CONNECT_ERROR },
  'mail-server-unavailable': { ...words, code: CONNECT_ERROR },
  'store-unavailable': { ...words, code: CONNECT_ERROR },
  'breach-check-unavailable': { ...words, code: CONNECT_ERROR },
}
const codes = answerCodes.filter((code) => answers[code].status >= 400)
it.each(codes)('the driver tells a person of %s what the person can use, and the log the rest', (code) => {
  const { result, log } = make(problem(code))
  expect(result).toEqual(told[code] ?? ERROR)
  const isForTheLog = told[code] === undefined || answers[code].status >= 500
  expect(log).toEqual(
    isForTheLog ? [`Password plugin: Rekey answered ${answers[code].status} ${code} (reference the-id)`] : [],
  )
})

it('the driver tells the rules that are broken instead of the title', () => {
  const reasons = [
    { code: 'a', message: 'Longer.' },
    { code: 'b', message: 'Less common.' },
    5,
    { message: 6 },
  ]
  expect(make(problem('password-rejected', { reasons })).result).toEqual({
    code: CONSTRAINT_VIOLATION,
    message: 'Longer. Less common.',
  })
})

const unknown = ended(
  'It is not known whether the password was changed. Try the new password first, then the old one.',
)
it.each([
  ['a call that was never sent', { failure: { request_size: 0, errno: 60 } }, CONNECT_ERROR],
  ['a call that was sent', { failure: { request_size: 300, errno: 28 } }, unknown],
  ['a call of which nothing is known', { failure: {} }, unknown],
  ['a proxy that gave up', { status: 504, body: '<html>ok</html>' }, unknown],
  ['a proxy that gave up in JSON', { status: 504, body: '{"code":"upstream_timeout"}' }, unknown],
  ['a proxy that knows our word', { status: 502, body: '{"code":"changed"}' }, unknown],
  ['a redirection', { status: 307, body: '' }, ERROR],
  ['a success that was cut off', { status: 200, body: '{"code":"chan' }, unknown],
  ['a refusal that is not Rekey’s', { status: 403, body: '<html>ok</html>' }, ERROR],
  ['a code that is none', { status: 200, body: '{"code":["changed"]}' }, unknown],
  ['a success without its word', { status: 200, body: '{"code":"ok"}' }, unknown],
  ['the word without success', { status: 202, body: '{"code":"changed"}' }, unknown],
  ['an answer that is no object', { status: 200, body: '"changed"' }, unknown],
  [
    'a password that is no UTF-8',
    { arguments: ['ü', 'ü', ''], charset: 'ISO-8859-1', status: 200, body: '{}' },
    CONNECT_ERROR,
  ],
])('the driver says of %s what is true', (_what, call: Call, expected) => {
  const { result, log } = make(call)
  expect(result).toEqual(expected)
  expect(log).toHaveLength(1)
  for (const secret of ['canary', TOKEN, 'current one', 'new one']) expect(log.join()).not.toContain(secret)
})

it.each([
  'http://rekey.example.org',
  'http://localhost.example.org',
  'http://localhost:x@rekey.example.org',
  'http://127.0.0.1.example.org',
  'rekey',
  '',
])('the driver sends nothing to %s: passwords would cross the network in the clear', (url) => {
  const { result, sent, log } = make({ settings: { password_rekey_url: url }, status: 200, body: '' })
  expect(result).toBe(CONNECT_ERROR)
  expect(sent).toEqual([])
  expect(log).toEqual([
    'Password plugin: password_rekey_url must begin with https://, or be on this very host',
  ])
})

it.each(['http://127.0.0.1:8080', 'http://localhost/password', 'http://[::1]:8080'])(
  'the driver takes %s',
  (url) => {
    const call = { settings: { password_rekey_url: url }, status: 200, body: '{"code":"changed"}' }
    const { result, sent } = make({ ...call, client: { proxy: 'http://proxy.example.org' } })
    expect(result).toBe(SUCCESS)
    // Only this host sees it.
    expect(sent[0]?.options.proxy).toBe('')
  },
)

it('the driver leaves comparisons with the current password to Rekey', () => {
  expect(make({ call: 'compare', arguments: ['a', 'b', '6'] }).result).toBeNull()
})

it('the rules that the driver shows are Rekey’s, in the person’s language, as HTML', () => {
  const { result, sent } = make({
    call: 'strength_rules',
    arguments: [],
    status: 200,
    body: JSON.stringify({ rules: [{ message: 'No <b>.' }, { message: 'Ü & "quotes"' }] }),
  })
  expect(result).toEqual(['No &lt;b&gt;.', 'Ü &amp; &quot;quotes&quot;'])
  expect(sent[0]).toMatchObject({
    method: 'GET',
    url: 'https://rekey.example.org/password/api/v1/password-policy',
    headers: { 'Accept-Language': 'de-DE, en;q=0.1' },
    options: { verify: true, timeout: 5 },
  })
  expect(sent[0]?.headers).not.toHaveProperty('Authorization')
})

it('the rules that the driver shows are none where Rekey does not answer, and every password passes then', () => {
  const gone = { failure: { errno: 7, request_size: 0 } }
  expect(make({ call: 'strength_rules', arguments: [], ...gone }).result).toEqual([])
  expect(make({ call: 'check_strength', arguments: ['x'], ...gone }).result).toEqual([5, ''])
})

it('the rules that the driver shows hold a password before it is sent, for the person who asks', () => {
  const reasons = [{ message: 'No <b>.' }, { message: 'Longer.' }]
  const { result, sent } = make({
    call: 'check_strength',
    arguments: ['short'],
    status: 200,
    body: JSON.stringify({ reasons }),
  })
  expect(result).toEqual([1, 'No &lt;b&gt;. Longer.'])
  expect(sent[0]).toMatchObject({
    method: 'POST',
    body: { email: 'info@example.org', newPassword: 'short', clientAddress: '203.0.113.9' },
    headers: { Authorization: `Bearer ${TOKEN}` },
  })
  const good = { call: 'check_strength', arguments: ['x'], status: 200, body: '{"reasons":[]}' } as const
  expect(make(good).result).toEqual([5, ''])
})
