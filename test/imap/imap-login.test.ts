import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type MailLogin, MailServerFault } from '../../src/core/mail-server-port.js'
import { callerGone } from '../../src/core/panel-port.js'
import { createImapLogin } from '../../src/imap/imap-login.js'
import { Secret } from '../../src/lib/secret.js'
import { holdTime } from '../kit/held-time.js'
import {
  type MailFault,
  type MailServer,
  type MailServerOptions,
  type MailStage,
  startMailServer,
} from '../kit/mail-server.js'

const ADDRESS = 'info@example.org'
const PASSWORD = 'info mail pw'
const CLIENT_ADDRESS = '203.0.113.9'
/** Far in the future. */
const DEADLINE = { leftMs: () => 60_000 }

const TIMEOUT_MS = 5000

interface Setting {
  readonly server: MailServer
  readonly login: MailLogin
  /** `true`, `false` or the reason of the fault. */
  readonly logIn: (password?: string, address?: string) => Promise<boolean | string>
}

async function setUp(
  serverOptions: MailServerOptions = {},
  { timeoutMs = TIMEOUT_MS, maxConcurrency = 8 } = {},
): Promise<Setting> {
  const server = await startMailServer(serverOptions)
  onTestFinished(() => server.close())
  const trust = serverOptions.tls === 'none' ? {} : { ca: server.certificate.certificate }
  const login = createImapLogin({ url: server.url, trust, timeoutMs, maxConcurrency })
  return {
    server,
    login,
    logIn: (password = PASSWORD, address = ADDRESS) => resultOf(login, address, password),
  }
}

async function resultOf(login: MailLogin, address: string, password: string): Promise<boolean | string> {
  return await login(address, new Secret(password), CLIENT_ADDRESS, DEADLINE).catch((error: unknown) => {
    if (!(error instanceof MailServerFault)) throw error
    expect(error.code).toBe('mail-server-unavailable')
    expect(error.cause).toBeUndefined()
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('mail pw')
    return error.reason
  })
}

/** Lets a login time out as soon as the server makes it wait. */
function endSilence(server: MailServer): void {
  void holdTime().pass(TIMEOUT_MS, () => server.silences > 0)
}

async function expectNoConnectionLeft(server: MailServer): Promise<void> {
  await vi.waitUntil(() => server.openConnections === 0)
}

it.each([
  ['PLAIN', 'AUTH=PLAIN'],
  ['LOGIN, where there is no PLAIN', ''],
  ['LOGIN, where there is but an older mechanism', 'AUTH=LOGIN AUTH=CRAM-MD5'],
])(
  'a login by %s is true for the right password and false for a wrong one, once each',
  async (_how, capabilities) => {
    const { server, logIn } = await setUp({ capabilities })
    expect(await logIn()).toBe(true)
    expect(await logIn('wrong')).toBe(false)
    expect(server.logins).toEqual([
      { address: ADDRESS, password: PASSWORD, overTls: true, clientAddress: CLIENT_ADDRESS },
      { address: ADDRESS, password: 'wrong', overTls: true, clientAddress: CLIENT_ADDRESS },
    ])
    expect(server.commands).toContain(capabilities === 'AUTH=PLAIN' ? 'AUTHENTICATE' : 'LOGIN')
    await expectNoConnectionLeft(server)
  },
)

it('a login goes by PLAIN for an address with a slash too, where LOGIN is disabled', async () => {
  const address = 'a/b@example.org'
  const { logIn } = await setUp({
    capabilities: 'AUTH=PLAIN LOGINDISABLED',
    mailboxes: { [address]: PASSWORD },
  })
  expect(await logIn(PASSWORD, address)).toBe(true)
})

it('a login introduces itself, and the person’s address', async () => {
  const { server, logIn } = await setUp()
  await logIn()
  expect(server.introductions[0]).toBe('ID ("name" "Rekey" "x-originating-ip" "203.0.113.9")')
})

it('a login leaves no timer behind', async () => {
  const { logIn } = await setUp({}, { timeoutMs: 54_321 })
  const set = vi.spyOn(globalThis, 'setTimeout')
  const cleared = vi.spyOn(globalThis, 'clearTimeout')
  onTestFinished(() => void vi.restoreAllMocks())
  expect(await logIn()).toBe(true)
  const index = set.mock.calls.findIndex(([, delayMs = 0]) => delayMs > 54_000 && delayMs <= 54_321)
  expect(cleared).toHaveBeenCalledWith(set.mock.results[index]?.value)
})

it('a login logs out', async () => {
  const { server, logIn } = await setUp()
  await logIn()
  expect(server.commands.at(-1)).toBe('LOGOUT')
})

describe.each([
  ['PLAIN', 'AUTH=PLAIN'],
  ['LOGIN', ''],
])('a login by %s that tells nothing', (_how, capabilities) => {
  it.each<[string, MailStage, MailFault, boolean]>([
    ['silence from the start', 'greeting', 'hang', false],
    ['an end at the start', 'greeting', 'close', false],
    ['a BYE at the start', 'greeting', { says: '* BYE Later.', closes: true }, false],
    ['an end before the password', 'ID', 'close', false],
    ['a reset before the password', 'ID', 'reset', false],
    ['LOGINDISABLED after the password', 'credentials', { says: 'TAG NO [PRIVACYREQUIRED] Not so.' }, false],
    ['silence after the password', 'credentials', 'hang', true],
    ['an end after the password', 'credentials', 'close', true],
    ['a reset after the password', 'credentials', 'reset', true],
    ['a BAD after the password', 'credentials', { says: 'TAG BAD What?' }, true],
    ['UNAVAILABLE after the password', 'credentials', { says: 'TAG NO [UNAVAILABLE] Later.' }, false],
  ])(
    `a login by ${_how} that tells nothing because of %s says whether the password may have been tried`,
    async (_what, stage, fault, sent) => {
      const { server, login } = await setUp({ capabilities })
      server.faults.set(stage, fault)
      if (fault === 'hang') endSilence(server)
      const error = await login(ADDRESS, new Secret(PASSWORD), CLIENT_ADDRESS, DEADLINE).catch(
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(MailServerFault)
      expect(error).toMatchObject({ credentialsSent: sent })
    },
  )

  it(`a login by ${_how} that tells nothing because nobody listens has tried no password`, async () => {
    const { server, login } = await setUp({ capabilities })
    await server.close()
    await expect(login(ADDRESS, new Secret(PASSWORD), CLIENT_ADDRESS, DEADLINE)).rejects.toMatchObject({
      reason: 'unreachable',
      credentialsSent: false,
    })
  })
})

const REFUSED: readonly (readonly [string, string])[] = [
  ['no code', 'TAG NO Wrong.'],
  ['no text at all', 'TAG NO'],
  ['AUTHENTICATIONFAILED', 'TAG NO [AUTHENTICATIONFAILED] Wrong.'],
  ['AUTHENTICATIONFAILED in small letters', 'TAG no [authenticationfailed] Wrong.'],
  ['AUTHORIZATIONFAILED', 'TAG NO [AUTHORIZATIONFAILED] Not you.'],
  ['EXPIRED', 'TAG NO [EXPIRED] Too old.'],
]

const NO_VERDICT: readonly (readonly [string, string, string])[] = [
  ['UNAVAILABLE', 'TAG NO [UNAVAILABLE] Later.', 'refused-temporarily'],
  ['INUSE', 'TAG NO [INUSE] Later.', 'refused-temporarily'],
  ['LIMIT', 'TAG NO [LIMIT] Too many.', 'refused-temporarily'],
  ['SERVERBUG', 'TAG NO [SERVERBUG] Oops.', 'refused-temporarily'],
  ['CONTACTADMIN', 'TAG NO [CONTACTADMIN] Ask.', 'unexpected-answer'],
  ['PRIVACYREQUIRED', 'TAG NO [PRIVACYREQUIRED] Not so.', 'login-disabled'],
  ['ALERT', 'TAG NO [ALERT] We are closing.', 'unexpected-answer'],
  ['an unknown code', 'TAG NO [X-MOON a b] Full.', 'unexpected-answer'],
  ['an empty code', 'TAG NO [] Hm.', 'unexpected-answer'],
  ['a code that is none', 'TAG NO [NIL] Hm.', 'unexpected-answer'],
  ['a code that does not end', 'TAG NO [AUTHENTICATIONFAILED Wrong.', 'unexpected-answer'],
  [
    'words that imapflow takes for a success',
    'TAG NO Some of the requested messages no longer exist',
    'unexpected-answer',
  ],
  ['BAD', 'TAG BAD What?', 'unexpected-answer'],
  ['BAD with a code', 'TAG BAD [AUTHENTICATIONFAILED] What?', 'unexpected-answer'],
  ['a NO without a tag', 'NO Wrong.', 'unexpected-answer'],
  ['a word that is no answer', 'TAG MAYBE Perhaps.', 'unexpected-answer'],
  ['a BYE with its tag', 'TAG BYE Off.', 'closed'],
  ['a NO for another command', 'ZZ9 NO Wrong.', 'timed-out'],
  ['an untagged NO', '* NO Wrong.', 'timed-out'],
  ['another page', '<html><body>502 Bad Gateway</body></html>', 'timed-out'],
  ['a throttle', 'TAG NO Request is throttled. Backoff Time: 92415 milliseconds', 'timed-out'],
  ['an endless line', 'x'.repeat(1_000_000), 'unexpected-answer'],
  ['endless lines', '* OK wait\r\n'.repeat(100_000), 'unexpected-answer'],
]

describe.each([
  ['PLAIN', 'AUTH=PLAIN'],
  ['LOGIN', ''],
])('the answer to %s', (_how, capabilities) => {
  it.each(REFUSED)(`the answer to ${_how} NO with %s is a refusal`, async (_what, says) => {
    const { server, logIn } = await setUp({ capabilities })
    server.faults.set('credentials', { says })
    expect(await logIn()).toBe(false)
    expect(server.logins).toHaveLength(1)
    await expectNoConnectionLeft(server)
  })

  it.each(NO_VERDICT)(`the answer to ${_how} %s is no verdict`, async (_what, says, reason) => {
    const { server, logIn } = await setUp({ capabilities })
    server.faults.set('credentials', { says })
    if (reason === 'timed-out') endSilence(server)
    expect(await logIn()).toBe(reason)
    expect(server.logins).toHaveLength(1)
    await expectNoConnectionLeft(server)
  })

  it.each<[string, MailFault, string]>([
    ['none', 'hang', 'timed-out'],
    ['the end of the connection', 'close', 'closed'],
    ['a reset', 'reset', 'closed'],
    ['a BYE', { says: '* BYE Off.', closes: true }, 'closed'],
  ])(`the answer to ${_how} if it is %s, is no verdict`, async (_what, fault, reason) => {
    const { server, logIn } = await setUp({ capabilities })
    server.faults.set('credentials', fault)
    if (reason === 'timed-out') endSilence(server)
    expect(await logIn()).toBe(reason)
    expect(server.logins).toHaveLength(1)
    await expectNoConnectionLeft(server)
  })
})

it.each<[string, MailStage, MailFault, string]>([
  ['a connection that hangs before TLS', 'connection', 'hang', 'timed-out'],
  ['a greeting that does not come', 'greeting', 'hang', 'timed-out'],
  ['a connection that ends before the greeting', 'greeting', 'close', 'closed'],
  ['a reset before the greeting', 'greeting', 'reset', 'closed'],
  ['a BYE for a greeting', 'greeting', { says: '* BYE Full.', closes: true }, 'closed'],
  ['a greeting of another protocol', 'greeting', { says: '220 ESMTP' }, 'timed-out'],
  ['a greeting that says who we are already', 'greeting', { says: '* PREAUTH Hello.' }, 'unexpected-answer'],
  [
    'a refusal before the password was sent',
    'AUTHENTICATE',
    { says: 'TAG NO Not that one.' },
    'unexpected-answer',
  ],
  ['a challenge that does not come', 'AUTHENTICATE', 'hang', 'timed-out'],
])('no verdict comes from %s', async (_what, stage, fault, reason) => {
  const { server, logIn } = await setUp()
  server.faults.set(stage, fault)
  if (reason === 'timed-out') endSilence(server)
  expect(await logIn()).toBe(reason)
  expect(server.logins).toEqual([])
  await expectNoConnectionLeft(server)
})

it('no verdict comes from a server that takes no password', async () => {
  const { server, logIn } = await setUp({ capabilities: 'LOGINDISABLED AUTH=CRAM-MD5' })
  expect(await logIn()).toBe('login-disabled')
  expect(server.logins).toEqual([])
})

it('no verdict comes from a server that is not there, or has no such name', async () => {
  const { server, logIn } = await setUp()
  await server.close()
  expect(await logIn()).toBe('unreachable')
  const url = new URL('imaps://mail.invalid')
  const login = createImapLogin({ url, trust: {}, timeoutMs: 5000, maxConcurrency: 1 })
  expect(await resultOf(login, ADDRESS, PASSWORD)).toBe('unreachable')
})

it.each<[string, MailStage, MailFault]>([
  ['no answer to NAMESPACE', 'NAMESPACE', 'hang'],
  ['a refusal of NAMESPACE', 'NAMESPACE', { says: 'TAG NO [UNAVAILABLE] Later.' }],
  ['a reset at NAMESPACE', 'NAMESPACE', 'reset'],
  ['no answer to LOGOUT', 'LOGOUT', 'hang'],
  ['a connection that ends at LOGOUT', 'LOGOUT', 'close'],
  ['a reset at LOGOUT', 'LOGOUT', 'reset'],
  ['an end right after its OK', 'credentials', { says: 'TAG OK Welcome.', closes: true }],
  ['a BYE right after its OK', 'credentials', { says: 'TAG OK Welcome.\r\n* BYE Off.', closes: true }],
])('once the server let the mailbox in %s makes no difference', async (_what, stage, fault) => {
  const { server, logIn } = await setUp()
  server.faults.set(stage, fault)
  if (fault === 'hang') endSilence(server)
  expect(await logIn()).toBe(true)
  await expectNoConnectionLeft(server)
})

const part = fc.oneof(fc.constantFrom(...'"\\\r\n\0{}+* é€'), fc.string({ unit: 'binary', maxLength: 3 }))
const anyPassword = fc.array(part, { maxLength: 20 }).map((parts) => parts.join(''))

describe.each([
  ['PLAIN', 'AUTH=PLAIN'],
  ['LOGIN', ''],
])('by %s, a password', (how, capabilities) => {
  it(`by ${how}, a password arrives byte for byte, or is refused unsent`, async () => {
    const { server, logIn } = await setUp({ capabilities, tls: 'none' })
    await fc.assert(
      fc.asyncProperty(anyPassword, async (password) => {
        const before = server.logins.length
        expect(await logIn(password)).toBe(false)
        const seen = server.logins.slice(before).map((login) => login.password)
        const unsent = password === '' || (how === 'LOGIN' ? /[\0\r\n]/ : /\0/).test(password)
        expect(seen).toEqual(unsent || !password.isWellFormed() ? [] : [password])
      }),
      { numRuns: 150 },
    )
  })

  it.each([
    ['quotes and backslashes', '"\\" LOGOUT "\\\\'],
    ['letters beyond ASCII', 'pässwörd €uro 🔑'],
    ['1000 characters', 'é'.repeat(1000)],
    ['the form of a literal', '{4+}'],
  ])(`by ${how}, a password of %s arrives as it is, and so does an address`, async (_what, text) => {
    const { server, logIn } = await setUp({ capabilities, accepts: async () => true })
    expect(await logIn(text, `${text}@example.org`)).toBe(true)
    expect(server.logins).toEqual([
      { address: `${text}@example.org`, password: text, overTls: true, clientAddress: CLIENT_ADDRESS },
    ])
  })

  it.each([
    ['that is empty', ''],
    ['with a NUL', 'a\0b'],
    ['that is no text', 'a\ud800'],
  ])(`by ${how}, a password %s is wrong, and no connection is made`, async (_what, password) => {
    const { server, logIn } = await setUp({ capabilities, accepts: async () => true })
    expect(await logIn(password)).toBe(false)
    expect(await logIn(PASSWORD, password)).toBe(false)
    expect(server.connections).toBe(0)
  })
})

it('line ends can’t slip in a command: LOGIN with one is never sent', async () => {
  const { server, logIn } = await setUp({ capabilities: '', accepts: async () => true })
  expect(await logIn('a"\r\n9 LOGOUT\r\n')).toBe(false)
  expect(await logIn('a\nb')).toBe(false)
  expect(await logIn(PASSWORD, `a\r\n9 NOOP@example.org`)).toBe(false)
  expect(server.commands.filter((command) => command !== 'ID')).toEqual([])
  await expectNoConnectionLeft(server)
})

/** Logins that wait at the server until they are released. */
async function setUpHeld(options: { maxConcurrency: number }) {
  let release = (_accepted: boolean): void => undefined
  const verdict = new Promise<boolean>((resolve) => {
    release = resolve
  })
  let judged = 0
  let peak = 0
  async function accepts(): Promise<boolean> {
    judged += 1
    peak = Math.max(peak, judged)
    const accepted = await verdict
    judged -= 1
    return accepted
  }
  return { ...(await setUp({ tls: 'none', accepts }, options)), release, peak: () => peak }
}

it('of many logins no more run at once than allowed, and the others wait for their turn', async () => {
  const { server, login, release, peak } = await setUpHeld({ maxConcurrency: 2 })
  const results = Array.from({ length: 10 }, (_, index) =>
    login(ADDRESS, new Secret(PASSWORD), `203.0.113.${index}`, DEADLINE),
  )
  await vi.waitUntil(() => server.logins.length === 2)
  release(true)
  expect(await Promise.all(results)).toEqual(Array(10).fill(true))
  expect(server.connections).toBe(10)
  expect(peak()).toBe(2)
})

it('of many logins those of one address hold up no other, though the mail server makes them wait', async () => {
  const { server, login, logIn, release } = await setUpHeld({ maxConcurrency: 8 })
  const ofOne = Array.from({ length: 30 }, () => logIn())
  const other = login(ADDRESS, new Secret(PASSWORD), '198.51.100.7', DEADLINE)
  await vi.waitUntil(() => server.logins.length === 3)
  release(true)
  expect(await Promise.all([other, ...ofOne])).toEqual(Array(31).fill(true))
})

it('of many logins 129 waiting ones are one too many', async () => {
  const { server, logIn, release } = await setUpHeld({ maxConcurrency: 1 })
  const results = Array.from({ length: 129 }, () => logIn())
  expect(await logIn()).toBe('too-many-logins')
  release(false)
  expect(await Promise.all(results)).toEqual(Array(129).fill(false))
  expect(server.logins).toHaveLength(129)
})

it('of many logins one whose time is over when its turn comes is never begun', async () => {
  const { server, login } = await setUp()
  const over = { leftMs: () => 0 }
  const late = login(ADDRESS, new Secret(PASSWORD), CLIENT_ADDRESS, over)
  await expect(late).rejects.toMatchObject({ reason: 'timed-out', credentialsSent: false })
  expect(server.connections).toBe(0)
})

it('of many logins one whose caller hangs up while it waits is never sent, and one that was sent is finished', async () => {
  const { server, login, release } = await setUpHeld({ maxConcurrency: 1 })
  const caller = new AbortController()
  const logIn = () => login(ADDRESS, new Secret(PASSWORD), CLIENT_ADDRESS, DEADLINE, caller.signal)
  const [sent, waiting] = [logIn(), logIn()]
  await vi.waitUntil(() => server.logins.length === 1)
  caller.abort(callerGone())
  release(true)
  expect(await sent).toBe(true)
  await expect(waiting).rejects.toMatchObject({ reason: 'caller-gone' })
  expect(server.connections).toBe(1)
})

it('of many logins those whose time is over while they wait are never sent', async () => {
  const { server, logIn } = await setUpHeld({ maxConcurrency: 1 })
  const time = holdTime()
  const results = Array.from({ length: 10 }, () => logIn())
  await time.pass(TIMEOUT_MS, () => server.logins.length === 1)
  expect(await Promise.all(results)).toEqual(Array(10).fill('timed-out'))
  expect(server.logins).toHaveLength(1)
  expect(server.connections).toBeLessThan(10)
  await expectNoConnectionLeft(server)
})
