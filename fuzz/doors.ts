import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  ADDRESS_FORM,
  ADDRESS_REQUEST,
  ADDRESSES,
  byLink,
  HELP_REQUEST,
  LINK_REQUEST,
  LINKS,
  OWNER_FORM,
  RECOVER_FORM,
  REQUESTS,
} from '../test/kit/recovery.js'
import { ACCOUNT_FORM, byAccount, byMailbox, CHANGES, MAILBOX_FORM } from '../test/kit/submissions.js'
import { CLIENT_ADDRESS, createServiceInMemory } from './service.js'
import { defineTarget, type Target } from './target.js'
import { edited, repeated, seldomEdited } from './texts.js'

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const MAX_BODY_BYTES = 8 * 1024
const DAY_MS = 86_400_000

const service = await createServiceInMemory()
const { ownerLink, addressLink, confirmation, removal } = service.recovery

/** A path for submissions, with valid bodies. */
interface Door {
  readonly name: string
  readonly path: string
  readonly type: string
  readonly bodies: readonly string[]
  /** The member or field with the new password. Missing if the path changes nothing. */
  readonly newPassword?: string
  /** Matches an answer that says the password was changed. */
  readonly saysChanged: RegExp
}

const DONE = /^HTTP\/1\.1 200 /
const NEVER = /(?!)/

const doors: readonly Door[] = [
  {
    name: 'page',
    path: '/',
    type: FORM_TYPE,
    bodies: [MAILBOX_FORM, ACCOUNT_FORM].map(asForm),
    newPassword: 'new_password',
    saysChanged: DONE,
  },
  {
    name: 'json',
    path: CHANGES,
    type: JSON_TYPE,
    bodies: [
      byMailbox(),
      byAccount(),
      byAccount({ code: '123 456' }),
      byLink(ownerLink),
      byLink(addressLink),
    ].map((body) => JSON.stringify(body)),
    newPassword: 'newPassword',
    saysChanged: DONE,
  },
  {
    name: 'policy-question',
    path: '/api/v1/password-policy',
    type: JSON_TYPE,
    bodies: [JSON.stringify({ email: 'info@example.org', newPassword: 'a wholly new secret' })],
    saysChanged: NEVER,
  },
  {
    name: 'panel-form',
    path: '/reset/mail/',
    type: FORM_TYPE,
    bodies: [{ email: 'info@example.org', password: 'info mail pw', new: 'a wholly new secret' }].map(asForm),
    newPassword: 'new',
    saysChanged: /\r\n\r\n==ok==$/,
  },
  {
    name: 'roundcube-form',
    path: '/roundcube',
    type: FORM_TYPE,
    bodies: [{ user: 'info@example.org', curpass: 'info mail pw', newpass: 'a wholly new secret' }].map(
      asForm,
    ),
    newPassword: 'newpass',
    saysChanged: /\r\n\r\nok$/,
  },
  {
    name: 'recover-page',
    path: '/recover',
    type: FORM_TYPE,
    bodies: [ownerLink, addressLink].map((recovery) => asForm({ ...RECOVER_FORM, recovery })),
    newPassword: 'new_password',
    saysChanged: DONE,
  },
  harmless('link-page', '/link', OWNER_FORM),
  harmless('link-end-page', '/link/end', OWNER_FORM),
  harmless('help-page', '/help', HELP_REQUEST, { ...HELP_REQUEST, helper: 'address' }),
  harmless('address-page', '/recovery-address', ADDRESS_FORM),
  harmless('confirm-page', '/recovery-address/confirm', { recovery: confirmation }),
  harmless('remove-page', '/recovery-address/remove', { removal }),
  harmless('recovery-links', LINKS, LINK_REQUEST),
  harmless('recovery-links-end', `${LINKS}/end`, LINK_REQUEST),
  harmless('recovery-requests', REQUESTS, HELP_REQUEST, { ...HELP_REQUEST, helper: 'address' }),
  harmless('recovery-addresses', ADDRESSES, ADDRESS_REQUEST),
  harmless('recovery-addresses-confirm', `${ADDRESSES}/confirm`, { recovery: confirmation }),
  harmless('recovery-addresses-remove', `${ADDRESSES}/remove`, { removal }),
]

/** A door that changes no password. */
function harmless(name: string, path: string, ...bodies: readonly object[]): Door {
  const isJson = path.startsWith('/api/')
  return {
    name,
    path,
    type: isJson ? JSON_TYPE : FORM_TYPE,
    bodies: bodies.map((body) =>
      isJson ? JSON.stringify(body) : asForm(body as Readonly<Record<string, string>>),
    ),
    saysChanged: NEVER,
  }
}

const PIECES = [
  '%',
  '%00',
  '%C3%28',
  '%E2%80%8B',
  '&',
  '=',
  '+',
  '\\u0000',
  '\\ud800',
  '"__proto__":',
  '__proto__=',
  '"account":{',
  '"clientAddress":"127.0.0.1",',
  'proof=',
  '"code":',
  'ann.lee',
  'rk1.',
  '.AAAA',
  'helper=address',
  'null',
  'true',
  '[[[[[[[[',
  '1e400',
]

function asForm(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString()
}

function requestOf(path: string, headers: readonly string[], body?: string): string {
  const bytes = body === undefined ? '' : Buffer.from(body).toString('latin1')
  const length = body === undefined ? [] : [`Content-Length: ${bytes.length}`]
  const method = body === undefined ? 'GET' : 'POST'
  const head = [`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...length, ...headers]
  return `${head.join('\r\n')}\r\n\r\n${bytes}`
}

/** Checks what must be true of every answer. */
async function sendAndCheck(bytes: string, saysChanged: RegExp) {
  const { answer, changes, isChanged, errors } = await service.send(bytes)
  assert.match(answer, /^HTTP\/1\.1 [2-5]\d\d /)
  assert.doesNotMatch(answer, /^HTTP\/1\.1 50[01] /)
  assert.deepEqual(errors, [], 'an error in the log')
  // A mailbox of an internationalized domain is tried in one form, then in the other.
  const made = changes.filter(({ done }) => done)
  assert(made.length <= 1, 'more than one change')
  const done = made.length === 1
  assert.equal(saysChanged.test(answer), done, 'an untrue answer')
  assert(done || !isChanged, 'a change that the panel was not asked for')
  return { answer, change: made[0] }
}

function submissionOf(door: Door): Target {
  const address = `X-Forwarded-For: ${CLIENT_ADDRESS}`
  const body = fc.oneof(
    { weight: 9, arbitrary: edited(door.bodies, PIECES) },
    { weight: 1, arbitrary: repeated([...PIECES, ...door.bodies], MAX_BODY_BYTES) },
  )
  return defineTarget({
    name: door.name,
    arbitrary: fc.record({ body, type: fc.oneof({ weight: 9, arbitrary: fc.constant('') }, edited([''])) }),
    async run({ body, type }) {
      // No setting raises the limits on links and mails, which end after a day.
      if (door.saysChanged === NEVER) service.clock.advance(DAY_MS)
      const headers = [address, `Content-Type: ${door.type}${type.replaceAll(/[^ -~]/g, '')}`]
      const { change } = await sendAndCheck(requestOf(door.path, headers, body), door.saysChanged)
      if (!change || door.newPassword === undefined || type !== '') return
      const fields: unknown =
        door.type === JSON_TYPE ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body))
      const wanted = (fields as Record<string, unknown>)[door.newPassword]
      assert.equal(change.password, wanted, 'another password than the one that was sent')
    },
  })
}

/** Whatever a client writes into the header, the trusted proxy adds the address of the connection. */
const forwarded = defineTarget({
  name: 'x-forwarded-for',
  arbitrary: fc.array(
    edited(
      ['127.0.0.1', '198.51.100.7:443', '[2001:db8::9]:443', 'unknown', '::1, 10.0.0.1'],
      [', ', ':', '%'],
    ),
    { maxLength: 4 },
  ),
  async run(written) {
    const lines = [...written, CLIENT_ADDRESS].map((entry) => `X-Forwarded-For: ${asHeader(entry)}`)
    const { answer } = await sendAndCheck(requestOf('/api/v1/client-address', lines), NEVER)
    assert(answer.endsWith(`\r\n\r\n{"address":"${CLIENT_ADDRESS}"}`), answer)
  },
})

/** Removes characters that end a header or aren't allowed in it. */
function asHeader(value: string): string {
  return value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')
}

const requests = defineTarget({
  name: 'http-requests',
  arbitrary: seldomEdited(
    [
      requestOf('/', []),
      requestOf('/?lang=de_AT', ['Accept-Language: fr, *;q=0.1', 'Cookie: a=b']),
      requestOf('/nothing', ['Range: bytes=0-10', 'Accept-Encoding: gzip']),
      requestOf('/help?email=info%40example.org', []),
      requestOf('/link?email=info%40example.org&lang=ar', []),
      requestOf('/recover', ['Referer: http://localhost/recover']),
      requestOf(
        CHANGES,
        [`Content-Type: ${JSON_TYPE}; charset=utf-8`, 'Origin: http://localhost', 'Authorization: Bearer x'],
        JSON.stringify(byMailbox({ email: 'info' })),
      ),
      requestOf(
        '/',
        [`Content-Type: ${FORM_TYPE}`, 'Sec-Fetch-Site: same-origin'],
        'email=info&proof=account',
      ),
    ],
    [
      'Transfer-Encoding: chunked\r\n',
      'Content-Length: 5\r\n',
      'Expect: 100-continue\r\n',
      'X-Forwarded-For: ::1\r\n',
      'Content-Encoding: br\r\n',
      '?lang=',
      '%2e%2e/',
      '//',
      'http://[',
      'HTTP/1.0',
      'OPTIONS * ',
      'charset=utf-7',
    ],
  ),
  async run(bytes) {
    // After input that isn't HTTP, the answers can't be told apart.
    const { answer } = await service.send(bytes, true)
    assert(answer === '' || answer.startsWith('HTTP/1.1 '), answer)
    assert.doesNotMatch(answer, /HTTP\/1\.1 50[01] /)
  },
})

/** Everything that arrives over HTTP. */
export const doorTargets = [...doors.map(submissionOf), forwarded, requests]
