import { expect, it } from 'vitest'
import { isSecret, loadConfig, variables } from '../../src/config/load.js'
import { configOf, scratchFile, scratchFolder } from '../kit/service.js'
import { createCertificate } from '../panel-simulator/server/certificate.js'

const least = {
  HESTIA_URL: 'https://panel.example.com:8083',
  HESTIA_ACCESS_KEY: 'A'.repeat(20),
  HESTIA_SECRET_KEY: 'S'.repeat(40),
}

const LINK_KEY = 'k'.repeat(32)
const withLinkKey = { ...least, REKEY_LINK_KEY: LINK_KEY }

const TOKEN = '0123456789abcdef'.repeat(2)

function faultsOf(environment: Record<string, string>): readonly string[] {
  const result = loadConfig(environment, process.pid)
  return result.ok ? [] : result.faults
}

it('the configuration needs the panel and a key, and has defaults for the rest', () => {
  expect(configOf(least)).toMatchObject({
    listen: { host: '127.0.0.1', port: 8080 },
    logLevel: 'info',
    basePath: '',
    trustProxy: 0,
    clients: [],
    webmailAddresses: ['loopback'],
    proofs: ['mailbox', 'account'],
    allowAdminAccounts: false,
    passwordMinLength: 12,
    refusalDelayMs: 1000,
    limits: {
      address: { count: 30, windowMs: 900_000 },
      failures: { count: 5, windowMs: 900_000 },
      target: { count: 20, windowMs: 3_600_000 },
    },
    metrics: undefined,
    mailServer: undefined,
    panel: { timeoutMs: 15_000, maxConcurrency: 8, maxQueue: 128, trust: {} },
  })
})

it('the configuration takes an empty variable for an unset one', () => {
  expect(
    configOf({ ...least, REKEY_PORT: '', REKEY_PROOFS: '', HESTIA_API_KEY: '', HESTIA_API_KEY_FILE: '' }),
  ).toMatchObject({
    listen: { port: 8080 },
    proofs: ['mailbox', 'account'],
  })
})

it.each([
  ['127.0.0.1', { host: '127.0.0.1', port: 8080 }],
  ['[::1]', { host: '::1', port: 8080 }],
  ['::1', { host: '::1', port: 8080 }],
  ['::', { host: '::', port: 8080 }],
  ['fe80::1%eth0', { host: 'fe80::1%eth0', port: 8080 }],
  ['localhost', { host: 'localhost', port: 8080 }],
  ['unix:/run/rekey/rekey.sock', { path: '/run/rekey/rekey.sock', mode: 0o660 }],
  ['unix:///run/rekey/rekey.sock', { path: '/run/rekey/rekey.sock', mode: 0o660 }],
])('the configuration listens on %s as %j', (host, listen) => {
  expect(configOf({ ...least, REKEY_HOST: host }).listen).toEqual(listen)
})

it.each([
  'localhost:8080',
  'http://127.0.0.1',
  '[127.0.0.1]',
  '[::1',
  '[localhost]',
  '1.2.3',
  'a b',
  'unix:',
  'unix:rekey.sock',
  'unix:/run/rekey/',
  '/run/rekey/rekey.sock',
  `unix:/${'x'.repeat(107)}`,
])('the configuration can’t listen on %s', (host) => {
  expect(faultsOf({ ...least, REKEY_HOST: host })).toEqual([
    expect.stringMatching(/^REKEY_HOST must be an address such as/),
  ])
})

it('the configuration of a socket has its mode, and no port', () => {
  const onSocket = { ...least, REKEY_HOST: 'unix:/run/rekey.sock' }
  expect(configOf({ ...onSocket, REKEY_SOCKET_MODE: '666' }).listen).toEqual({
    path: '/run/rekey.sock',
    mode: 0o666,
  })
  for (const mode of ['0999', 'rw', '01777', '6']) {
    expect(faultsOf({ ...onSocket, REKEY_SOCKET_MODE: mode })[0]).toMatch(/^REKEY_SOCKET_MODE must be/)
  }
  expect(faultsOf({ ...onSocket, REKEY_PORT: '8080' })).toEqual([
    'REKEY_PORT is set, but REKEY_HOST is a socket',
  ])
  expect(faultsOf({ ...least, REKEY_SOCKET_MODE: '0660' })).toEqual([
    'REKEY_SOCKET_MODE is set, but REKEY_HOST is not a socket',
  ])
})

const handed = { ...least, LISTEN_FDS: '1', LISTEN_PID: String(process.pid) }

it('the configuration takes the socket that systemd hands over, and needs no other place to listen on', () => {
  const names = { LISTEN_FDNAMES: 'rekey.socket' }
  expect(configOf({ ...handed, ...names }).handedSocket).toEqual({ fd: 3, name: 'rekey.socket' })
  expect(configOf(handed).handedSocket).toEqual({ fd: 3, name: 'unknown' })
  // It tells the doctor where the service listens.
  const { listen } = configOf({ ...handed, REKEY_HOST: 'unix:/run/rekey/rekey.sock' })
  expect(listen).toMatchObject({ path: '/run/rekey/rekey.sock' })
})

it.each(['', '1', `${process.pid}0`, `+${process.pid}`, 'x'])(
  'the configuration ignores a socket that is meant for the process “%s”',
  (pid) => {
    const { handedSocket, listen } = configOf({
      ...handed,
      LISTEN_FDS: '7',
      LISTEN_PID: pid,
      REKEY_PORT: '8090',
    })
    expect([handedSocket, listen]).toEqual([undefined, { host: '127.0.0.1', port: 8090 }])
  },
)

it.each(['2', '0', '-1', '1x', ' 1'])(
  'the configuration takes one socket from systemd, and not “%s”',
  (count) => {
    expect(faultsOf({ ...handed, LISTEN_FDS: count })).toEqual([
      'LISTEN_FDS must be 1: configure exactly one socket in the systemd unit',
    ])
  },
)

it.each([
  { REKEY_HOST: '::1' },
  { REKEY_PORT: '8090' },
  { REKEY_SOCKET_MODE: '0666', REKEY_HOST: 'unix:/x' },
])('the configuration reports what has no effect beside a socket from systemd: %j', (given) => {
  expect(faultsOf({ ...handed, ...(given as Record<string, string>) })).toEqual([
    `${Object.keys(given)[0]} is set, but Rekey listens on the socket from systemd`,
  ])
})

it('the configuration is frozen', () => {
  const config = configOf(least)
  const parts = [config, config.limits, config.limits.target, config.proofs, config.panel, config.clients]
  expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true))
})

it('the configuration reports all its faults at once, each with the name of its variable', () => {
  const faults = faultsOf({
    REKEY_PORT: '80a',
    REKEY_PROOFS: 'mailbox,magic',
    REKEY_LIMIT_TARGET: 'many',
    HESTIA_URL: 'http://panel.example.com:8083',
    HESTIA_CERT_SHA256: 'AA:BB',
    HESTIA_SECRET_KEY: 'x',
  })
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
    'HESTIA_URL',
    'HESTIA_CERT_SHA256',
    'REKEY_PORT',
    'REKEY_PROOFS',
    'REKEY_LIMIT_TARGET',
    'HESTIA_ACCESS_KEY',
  ])
})

it.each([
  ['REKEY_PORT', ['65536', '-1', '1.5', '0x50', ' 80']],
  ['REKEY_LOG_LEVEL', ['loud', 'INFO']],
  [
    'REKEY_BASE_PATH',
    ['password', '/a b', '/a//b', '//', '/a?b', '/ä', '/..', '/a/.', `/${'a'.repeat(60)}!`],
  ],
  [
    'REKEY_TRUST_PROXY',
    [
      'all',
      'true',
      '10',
      '0.0.0.0/0',
      '0.0.0.0/1,128.0.0.0/1',
      '::/0',
      '2000::/3',
      '::ffff:10.0.0.0/24',
      '::7/127',
      '64:ff9b::192.0.2.7',
      '::1.2.3.4/128',
      '::/8',
      '::ffff:0:0/96',
      '::ffff:0.0.0.0/96',
      '10.0.0.1/8/8',
      'fe80::1%eth0',
      '10.0.0.0/33',
      'proxy.example.com',
      '*',
    ],
  ],
  ['REKEY_WEBMAIL_ADDRESSES', ['all', '0.0.0.0/0', '::/0', '2', 'mail.example.org', '10.0.0.1;10.0.0.2']],
  [
    'REKEY_CLIENTS',
    [
      'roundcube',
      TOKEN,
      `=${TOKEN}`,
      `a b=${TOKEN}`,
      `roundcube=${TOKEN.slice(1)}`,
      ',',
      `roundcube=${TOKEN}!`,
      `roundcube=${TOKEN},`.repeat(2),
      `roundcube=${TOKEN},snappymail=${TOKEN}`,
      `roundcube=${TOKEN},roundcube=${TOKEN}0`,
      `roundcube=${TOKEN};snappymail=${TOKEN}0`,
    ],
  ],
  [
    'REKEY_METRICS_ADDRESS',
    [
      '9464',
      ':9464',
      '*:9464',
      '127.0.0.1',
      '127.0.0.1:',
      '127.0.0.1:65536',
      '127.0.0.1:http',
      '127.0.0.256:9464',
      '::1:9464',
      '[::1]',
      '[::g]:9464',
      '[]:9464',
      'http://127.0.0.1:9464',
      '127.0.0.1:9464/metrics',
      'me@host:9464',
      'a b:9464',
    ],
  ],
  ['REKEY_PROOFS', ['none', 'mailbox,mailbox', 'mailbox;account', ',']],
  ['REKEY_ALLOW_ADMIN_ACCOUNTS', ['yes', '1']],
  ['REKEY_LOG_MAILBOX', ['none', 'HASHED']],
  [
    'REKEY_SECURITY_CONTACT',
    [
      'security@example.org',
      'http://example.org',
      'https://',
      'https://me:pw@example.org',
      'https://example.org/\nExpires: x',
      'https://ex ample.org',
      'mailto:security',
      'mailto:a@example.org\nContact: x',
      'tel:',
      'tel:one',
    ],
  ],
  ['REKEY_MAILBOX_CHECK', ['login', 'IMAP', 'hash,imap']],
  ['REKEY_IMAP_CERT_SHA256', ['AA']],
  ['REKEY_PASSWORD_MIN_LENGTH', ['7', '65', 'twelve']],
  ['REKEY_PASSWORD_MIN_SCORE', ['5', '-1', 'strong']],
  ['REKEY_BREACH_CHECK', ['on', 'true']],
  ['REKEY_BREACH_FAIL', ['ignore']],
  ['REKEY_REFUSAL_DELAY_MS', ['-1', '10001', '1s']],
  ['REKEY_LIMIT_ADDRESS', ['30', '0/15m', '30/0m', '30/15', '30/15d', '30/25h', '/15m']],
  [
    'HESTIA_URL',
    [
      'panel',
      'ftp://panel',
      'https://user:pw@panel',
      'https://panel/api',
      'https://panel?x',
      'http://10.0.0.1',
    ],
  ],
  ['HESTIA_TIMEOUT_MS', ['99', '60001', '15s']],
  ['HESTIA_MAX_CONCURRENCY', ['0', '101']],
  ['HESTIA_CERT_SHA256', ['AA', 'sha1', `${'AA:'.repeat(31)}GG`]],
  ['HESTIA_CA_FILE', ['/nowhere/at/all']],
  ['HESTIA_API_KEY_FILE', ['/nowhere/at/all']],
])('the configuration refuses wrong values of %s', (name, values) => {
  for (const value of values) {
    const faults = faultsOf({ ...least, [name]: value })
    expect(faults[0], value).toMatch(new RegExp(`^${name} `))
  }
})

it.each([
  ['REKEY_BASE_PATH', '/', { basePath: '' }],
  ['REKEY_BASE_PATH', '/mail/password/', { basePath: '/mail/password' }],
  ['REKEY_TRUST_PROXY', '2', { trustProxy: 2 }],
  [
    'REKEY_TRUST_PROXY',
    'loopback, 10.0.0.0/8,2001:db8::/32',
    { trustProxy: ['loopback', '10.0.0.0/8', '2001:db8::/32'] },
  ],
  ['REKEY_TRUST_PROXY', '::1/128', { trustProxy: ['::1/128'] }],
  ['REKEY_WEBMAIL_ADDRESSES', '192.0.2.7, 10.0.0.0/8', { webmailAddresses: ['192.0.2.7', '10.0.0.0/8'] }],
  ['REKEY_METRICS_ADDRESS', '127.0.0.1:9464', { metrics: { host: '127.0.0.1', port: 9464 } }],
  ['REKEY_METRICS_ADDRESS', '[::1]:9464', { metrics: { host: '::1', port: 9464 } }],
  ['REKEY_METRICS_ADDRESS', 'rekey.example.org:80', { metrics: { host: 'rekey.example.org', port: 80 } }],
  ['REKEY_METRICS_ADDRESS', '', { metrics: undefined }],
  ['REKEY_PROOFS', 'account', { proofs: ['account'] }],
  ['REKEY_LIMIT_ADDRESS', '3/30s', { limits: { address: { count: 3, windowMs: 30_000 } } }],
  ['REKEY_ALLOW_ADMIN_ACCOUNTS', 'true', { allowAdminAccounts: true }],
])('the configuration reads %s=%s', (name, value, expected) => {
  expect(configOf({ ...least, [name]: value })).toMatchObject(expected)
})

it.each(['https://example.org/hole?x=1', 'mailto:a.b+c@example.org', 'tel:+1-201-555-0123'])(
  'the configuration takes %s for a contact',
  (contact) => {
    expect(configOf({ ...least, REKEY_SECURITY_CONTACT: contact }).securityContact).toBe(contact)
  },
)

it.each(['http://127.0.0.1:8083', 'http://localhost:8083', 'http://[::1]:8083', 'https://10.0.0.1:8083'])(
  'the configuration takes the panel at %s',
  (url) => {
    expect(configOf({ ...least, HESTIA_URL: url }).panel.url.origin).toBe(url)
  },
)

it('the configuration takes exactly one kind of credentials, whole', () => {
  const url = { HESTIA_URL: least.HESTIA_URL }
  expect(configOf({ ...url, HESTIA_API_KEY: 'k' }).panel.credentials.kind).toBe('api-key')
  expect(
    configOf({ ...url, HESTIA_ADMIN_USER: 'a', HESTIA_ADMIN_PASSWORD: 'p' }).panel.credentials.kind,
  ).toBe('admin-password')
  expect(faultsOf(url)).toHaveLength(1)
  expect(faultsOf({ ...least, HESTIA_API_KEY: 'k' })).toHaveLength(1)
  expect(faultsOf({ ...url, HESTIA_ACCESS_KEY: 'k' })).toEqual([
    'HESTIA_ACCESS_KEY and HESTIA_SECRET_KEY must both be set',
  ])
  expect(faultsOf({ ...url, HESTIA_ADMIN_USER: 'a' })).toEqual([
    'HESTIA_ADMIN_USER and HESTIA_ADMIN_PASSWORD must both be set',
  ])
})

it('the configuration may have each of its secrets in a file', () => {
  const secrets = Object.entries(variables).filter(([, field]) => isSecret(field))
  expect(secrets.map(([name]) => name)).toEqual([
    'HESTIA_ACCESS_KEY',
    'HESTIA_SECRET_KEY',
    'HESTIA_API_KEY',
    'HESTIA_ADMIN_PASSWORD',
    'REKEY_CLIENTS',
    'REKEY_SMTP_URL',
    'REKEY_SMTP_PASSWORD',
    'REKEY_REDIS_URL',
    'REKEY_REDIS_PASSWORD',
    'REKEY_LINK_KEY',
    'REKEY_LINK_KEY_PREVIOUS',
    'REKEY_RECOVERY_KEY',
    'REKEY_RECOVERY_KEY_PREVIOUS',
  ])
})

it.each([
  ['HESTIA_ACCESS_KEY', 'F'.repeat(20), { HESTIA_SECRET_KEY: least.HESTIA_SECRET_KEY }],
  ['HESTIA_SECRET_KEY', `${'f'.repeat(37)}_=-`, { HESTIA_ACCESS_KEY: least.HESTIA_ACCESS_KEY }],
  ['HESTIA_API_KEY', 'from-file', {}],
  ['HESTIA_API_KEY', `${'F'.repeat(20)}:${'f'.repeat(40)}`, {}],
  ['HESTIA_ADMIN_PASSWORD', ' from file ', { HESTIA_ADMIN_USER: 'u' }],
])(
  'the configuration reads %s from a file too, without byte order mark and line ends, and refuses both at once',
  (name, value, partner) => {
    const environmentOf = (text: string) => ({
      HESTIA_URL: least.HESTIA_URL,
      ...partner,
      [`${name}_FILE`]: scratchFile(text),
    })
    for (const text of [value, `${value}\n`, `${value}\r\n`, `\uFEFF${value}\r\n\r\n`, `${value}\r`]) {
      const secrets = Object.values(configOf(environmentOf(text)).panel.credentials).map((part) =>
        typeof part === 'string' ? part : part.reveal(),
      )
      expect(secrets).toContain(value)
    }
    const environment = environmentOf(value)
    expect(faultsOf({ ...environment, [name]: 'direct' })[0]).toMatch(`${name} and ${name}_FILE are both set`)
  },
)

it('the configuration reads a secret from the credential of its name, and refuses one that is set in two ways', () => {
  const { HESTIA_SECRET_KEY: secret, ...others } = least
  const CREDENTIALS_DIRECTORY = scratchFolder({ HESTIA_SECRET_KEY: `${secret}\n`, HESTIA_URL: 'no secret' })
  const environment = { ...others, CREDENTIALS_DIRECTORY }
  expect(configOf(environment).panel).toEqual(configOf(least).panel)
  const inTwoWays = 'HESTIA_SECRET_KEY (credential) are both set: remove one of them'
  expect(faultsOf({ ...environment, HESTIA_SECRET_KEY: secret })).toEqual([
    `HESTIA_SECRET_KEY and ${inTwoWays}`,
  ])
  expect(faultsOf({ ...environment, HESTIA_SECRET_KEY_FILE: scratchFile(secret) })).toEqual([
    `HESTIA_SECRET_KEY_FILE and ${inTwoWays}`,
  ])
})

it('the configuration knows that a secret is set by a credential, right or wrong', () => {
  const url = { REKEY_REDIS_URL: 'redis://127.0.0.1' }
  expect(
    configOf({ ...least, CREDENTIALS_DIRECTORY: scratchFolder({ ...url, REKEY_LINK_KEY: LINK_KEY }) }).redis,
  ).toBeDefined()
  expect(faultsOf({ ...least, CREDENTIALS_DIRECTORY: scratchFolder(url) })).toEqual([
    expect.stringMatching(/^REKEY_LINK_KEY must be set/),
  ])
  const empty = { ...least, ...url, CREDENTIALS_DIRECTORY: scratchFolder({ REKEY_LINK_KEY: '' }) }
  expect(faultsOf(empty)[0]).toBe('REKEY_LINK_KEY (credential) is an empty file')
})

const [ID, SECRET] = [least.HESTIA_ACCESS_KEY, least.HESTIA_SECRET_KEY]
it.each([
  ['HESTIA_ACCESS_KEY', { HESTIA_ACCESS_KEY: `"${ID}"` }],
  ['HESTIA_ACCESS_KEY', { HESTIA_ACCESS_KEY: `'${ID}'` }],
  ['HESTIA_ACCESS_KEY', { HESTIA_ACCESS_KEY: `HESTIA_ACCESS_KEY=${ID}` }],
  ['HESTIA_ACCESS_KEY', { HESTIA_ACCESS_KEY: ID.slice(1) }],
  ['HESTIA_ACCESS_KEY', { HESTIA_ACCESS_KEY: `${ID} ` }],
  ['HESTIA_ACCESS_KEY', { HESTIA_ACCESS_KEY: `${ID}\r` }],
  ['HESTIA_SECRET_KEY', { HESTIA_SECRET_KEY: `"${SECRET}"` }],
  ['HESTIA_SECRET_KEY', { HESTIA_SECRET_KEY: `KEY=${SECRET}` }],
  ['HESTIA_SECRET_KEY', { HESTIA_SECRET_KEY: `${SECRET}S` }],
  ['HESTIA_SECRET_KEY', { HESTIA_SECRET_KEY: SECRET.replace('S', '+') }],
  ['HESTIA_SECRET_KEY', { HESTIA_SECRET_KEY: SECRET.replace('S', '\n') }],
  ['HESTIA_ACCESS_KEY and HESTIA_SECRET_KEY', { HESTIA_ACCESS_KEY: SECRET, HESTIA_SECRET_KEY: ID }],
  ['HESTIA_API_KEY', { HESTIA_ACCESS_KEY: '', HESTIA_SECRET_KEY: '', HESTIA_API_KEY: `${SECRET}:${ID}` }],
  ['HESTIA_API_KEY', { HESTIA_ACCESS_KEY: '', HESTIA_SECRET_KEY: '', HESTIA_API_KEY: `"${ID}:${SECRET}"` }],
])('the configuration takes no key that the panel can’t have made: %s in %j', (name, given) => {
  const faults = faultsOf({ ...least, ...given })
  expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name} (must be|are swapped)`))])
  expect(faults[0]).not.toMatch(/SSS|AAA/)
})

it('the configuration reports a key twice whose both parts are wrong, and a file that is empty once', () => {
  expect(faultsOf({ ...least, HESTIA_ACCESS_KEY: 'a', HESTIA_SECRET_KEY: 's' })).toHaveLength(2)
  const { HESTIA_SECRET_KEY: _, ...others } = least
  expect(faultsOf({ ...others, HESTIA_SECRET_KEY_FILE: scratchFile('\uFEFF\n') })).toEqual([
    'HESTIA_SECRET_KEY_FILE is an empty file',
  ])
})

it('the configuration takes clients with their tokens, from a file too, one on a line', () => {
  const tokensOf = (environment: Record<string, string>) =>
    configOf({ ...least, ...environment }).clients.map(({ name, token }) => [name, token.reveal()])
  const expected = [
    ['roundcube', TOKEN],
    ['mail-2', `${TOKEN}/+~._-==`],
  ]
  const [first, second] = expected.map((client) => client.join('='))
  expect(tokensOf({ REKEY_CLIENTS: `${first}, ${second}` })).toEqual(expected)
  expect(tokensOf({ REKEY_CLIENTS_FILE: scratchFile(`${first}\r\n${second}\n\n`) })).toEqual(expected)
  expect(JSON.stringify(configOf({ ...least, REKEY_CLIENTS: `${first}` }))).not.toContain(TOKEN)
  expect(faultsOf({ ...least, REKEY_CLIENTS_FILE: scratchFile('\n\n') })).toHaveLength(1)
})

it.each([
  ['redis://127.0.0.1', { at: { host: '127.0.0.1', port: 6379 }, tls: false, database: 0 }],
  [
    'rediss://cache.example.org:7000/5',
    { at: { host: 'cache.example.org', port: 7000 }, tls: true, database: 5 },
  ],
  ['redis://[::1]:6380', { at: { host: '::1', port: 6380 } }],
  ['redis://rekey@cache', { at: { host: 'cache', port: 6379 }, username: 'rekey', password: undefined }],
  ['unix:///run/my%20redis.sock?db=2', { at: { path: '/run/my redis.sock' }, tls: false, database: 2 }],
  [
    'redis+sentinel://one,two:7000,[::1]/my-master.1',
    {
      at: {
        sentinels: [
          { host: 'one', port: 26_379 },
          { host: 'two', port: 7000 },
          { host: '::1', port: 26_379 },
        ],
        primary: 'my-master.1',
        sentinelPassword: undefined,
      },
      tls: false,
      database: 0,
    },
  ],
  [
    'rediss+sentinel://rekey@one:1/primary/3',
    { at: { sentinels: [{ host: 'one', port: 1 }] }, tls: true, username: 'rekey', database: 3 },
  ],
])('the configuration takes the store at %s', (url, expected) => {
  expect(configOf({ ...withLinkKey, REKEY_REDIS_URL: url }).redis).toMatchObject(expected)
})

it.each([
  'redis://me:p%40ss%2Fword@cache/1',
  'redis://:p%40ss%2Fword@cache',
  'unix:///s?password=p%40ss%2Fword',
  'redis+sentinel://:p%40ss%2Fword@one,two/primary?sentinel-password=its%40ss%2Fword',
])('the configuration keeps the password of the store at %s, from a file too, to itself', (url) => {
  for (const environment of [{ REKEY_REDIS_URL: url }, { REKEY_REDIS_URL_FILE: scratchFile(`${url}\n`) }]) {
    const { redis } = configOf({ ...withLinkKey, ...environment })
    expect(redis?.password?.reveal()).toBe('p@ss/word')
    if (redis && 'sentinels' in redis.at) expect(redis.at.sentinelPassword?.reveal()).toBe('its@ss/word')
    expect(JSON.stringify(redis)).not.toContain('ss/word')
  }
})

it.each([
  'cache:6379',
  'http://cache',
  'redis://',
  'redis://cache:0',
  'redis://cache/one',
  'redis://cache?db=1',
  'redis+sentinel://one,two',
  'redis+sentinel://one,,two/primary',
  'redis+sentinel://one:0/primary',
  'redis+sentinel://one,two:port/primary',
  'redis+sentinel://one/primary/0/1',
  'redis+sentinel://one/primary?db=1',
  'redis+sentinel://one/primary?sentinel-password=%FF',
  'redis://:%FF@cache',
  'unix://cache/run/redis.sock',
  'unix:///run/redis.sock?database=1',
  'unix:///run/redis.sock?db=x',
])('the configuration refuses a store at %s', (url) => {
  const faults = faultsOf({ ...withLinkKey, REKEY_REDIS_URL: url })
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(/^REKEY_REDIS_URL must be the address of a Redis server/)
})

it.each([{ REKEY_REDIS_URL: 'redis://cache' }, { REKEY_REDIS_URL_FILE: scratchFile('redis://cache') }])(
  'the configuration wants a key that instances share if they share a store: %j',
  (shared) => {
    expect(faultsOf({ ...least, ...shared })).toEqual([
      'REKEY_LINK_KEY must be set, because REKEY_REDIS_URL is. Make one with: openssl rand -base64 32',
    ])
    expect(configOf(least).linkKey).toBeUndefined()
    for (const given of [
      { REKEY_LINK_KEY: LINK_KEY },
      { REKEY_LINK_KEY_FILE: scratchFile(`${LINK_KEY}\n`) },
    ]) {
      expect(configOf({ ...least, ...shared, ...given }).linkKey?.reveal()).toBe(LINK_KEY)
    }
  },
)

it('the configuration takes no key that could be guessed, and does not quote it', () => {
  expect(faultsOf({ ...least, REKEY_LINK_KEY: LINK_KEY.slice(1) })).toEqual([
    'REKEY_LINK_KEY must have 32 bytes or more. Make one with: openssl rand -base64 32',
  ])
})

it.each([
  ['HESTIA_API_KEY', '/nowhere', "can't be read (ENOENT)"],
  ['HESTIA_API_KEY', scratchFile('\n'), 'is an empty file'],
  ['HESTIA_ADMIN_PASSWORD', scratchFile(''), 'is an empty file'],
])(
  'the configuration tells what is wrong with the file of %s, and nothing that is not',
  (name, path, fault) => {
    const user = name === 'HESTIA_ADMIN_PASSWORD' ? { HESTIA_ADMIN_USER: 'admin' } : {}
    const environment = { HESTIA_URL: least.HESTIA_URL, ...user, [`${name}_FILE`]: path }
    expect(faultsOf(environment)).toEqual([`${name}_FILE ${fault}`])
  },
)

it('the configuration never quotes a value in a fault', () => {
  const faults = faultsOf({
    HESTIA_URL: 'https://user:canary-1@panel',
    HESTIA_API_KEY: 'canary-2',
    HESTIA_SECRET_KEY: 'canary-3',
    REKEY_PORT: 'canary-4',
    REKEY_CLIENTS: 'canary-5',
  })
  expect(faults.join('\n')).not.toContain('canary')
})

it.each([
  'imaps://mail.example.org',
  'imaps://mail.example.org.',
  'imaps://10.0.0.1:993',
  'imap://localhost:143',
  'imap://[::1]',
])('the configuration takes the mail server at %s', (url) => {
  const { mailServer } = configOf({ ...least, REKEY_MAILBOX_CHECK: 'imap', REKEY_IMAP_URL: url })
  expect(mailServer?.url.href).toBe(url)
  expect(mailServer?.trust).toEqual({})
})

it.each([
  'mail.example.org',
  'pop3://mail.example.org',
  'imaps://',
  'imaps://user@mail.example.org',
  'imaps://:pw@mail.example.org',
  'imaps://mail.example.org/INBOX',
  'imaps://mail.example.org?x',
  'imaps://mail.example.org#x',
  'imaps://mail.example.org:70000',
  'imaps://mail.example.org:0',
  'imaps://mail_.example.org',
  'imaps://b%C3%BCcher.example',
  'imaps://-',
  'imaps://..',
  'imaps://a..b',
  'imap://127.999.1.1',
  'imap://[::1',
])('the configuration takes no mail server at %s', (url) => {
  const faults = faultsOf({ ...least, REKEY_MAILBOX_CHECK: 'imap', REKEY_IMAP_URL: url })
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(/^REKEY_IMAP_URL must be the address of the mail server/)
})

it('the configuration needs the mail server where it checks passwords, and takes none where it does not', async () => {
  const { certificate, fingerprint } = await createCertificate()
  const file = scratchFile(certificate)
  const imap = { ...least, REKEY_MAILBOX_CHECK: 'imap', REKEY_IMAP_URL: 'imaps://mail.example.org' }
  expect(configOf({ ...imap, REKEY_IMAP_CA_FILE: file }).mailServer?.trust).toEqual({ ca: certificate })
  expect(configOf({ ...imap, REKEY_IMAP_CERT_SHA256: fingerprint }).mailServer?.trust).toEqual({
    certificateSha256: fingerprint,
  })
  expect(faultsOf({ ...imap, REKEY_IMAP_CA_FILE: file, REKEY_IMAP_CERT_SHA256: fingerprint })).toEqual([
    'REKEY_IMAP_CA_FILE and REKEY_IMAP_CERT_SHA256 are both set: remove one of them',
  ])
  expect(faultsOf({ ...imap, REKEY_IMAP_URL: '' })).toEqual([
    'REKEY_IMAP_URL must be set, because REKEY_MAILBOX_CHECK is imap',
  ])
  expect(faultsOf({ ...imap, REKEY_IMAP_URL: 'mail' })).toHaveLength(1)
  const idle = { REKEY_IMAP_CA_FILE: file, REKEY_IMAP_CERT_SHA256: fingerprint }
  expect(faultsOf({ ...least, ...idle, REKEY_IMAP_URL: imap.REKEY_IMAP_URL })).toEqual([
    'REKEY_IMAP_URL is set, but REKEY_MAILBOX_CHECK is not imap',
    'REKEY_IMAP_CA_FILE is set, but REKEY_MAILBOX_CHECK is not imap',
    'REKEY_IMAP_CERT_SHA256 is set, but REKEY_MAILBOX_CHECK is not imap',
  ])
})

it.each([
  ['smtp://127.0.0.1', { host: '127.0.0.1', port: 587, tls: 'offered', login: undefined }],
  ['smtp://[::1]:25/', { host: '::1', port: 25, tls: 'offered' }],
  ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, tls: 'starttls' }],
  ['smtps://mail.example.org', { host: 'mail.example.org', port: 465, tls: 'implicit' }],
  ['smtps://localhost:4650', { host: 'localhost', port: 4650, tls: 'implicit' }],
])('the configuration takes the server for notifications at %s', (url, server) => {
  const { mail } = configOf({ ...least, REKEY_SMTP_URL: url, REKEY_MAIL_FROM: 'Post@Example.org' })
  expect(mail?.server).toMatchObject(server)
  expect(mail?.from).toEqual({ name: '', address: 'Post@example.org' })
})

it('the configuration keeps the password of the server for notifications, from a file too, to itself', () => {
  const url = 'smtps://me%40example.org:p%40ss%2Fword@mail.example.org'
  for (const environment of [{ REKEY_SMTP_URL: url }, { REKEY_SMTP_URL_FILE: scratchFile(`${url}\n`) }]) {
    const { mail } = configOf({ ...least, REKEY_MAIL_FROM: 'Post <post@example.org>', ...environment })
    expect(mail?.server.login?.username).toBe('me@example.org')
    expect(mail?.server.login?.password.reveal()).toBe('p@ss/word')
    expect(mail?.from.name).toBe('Post')
    expect(JSON.stringify(mail)).not.toContain('ss/word')
  }
})

it.each([
  'mail.example.org',
  'imap://mail.example.org',
  'smtp://',
  'smtp://mail.example.org:0',
  'smtp://mail.example.org/inbox',
  'smtp://mail.example.org?x',
  'smtp://:pw@mail.example.org',
  'smtp://me:%FF@mail.example.org',
  'smtp://mail_.example.org',
])('the configuration takes no server for notifications at %s', (url) => {
  const faults = faultsOf({ ...least, REKEY_SMTP_URL: url, REKEY_MAIL_FROM: 'post@example.org' })
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(/^REKEY_SMTP_URL must be the address of a mail server/)
})

it.each([
  ['REKEY_SMTP_URL', 'smtp://me:', '@mail.example.org:587'],
  ['REKEY_REDIS_URL', 'redis://me:', '@cache/1'],
  ['REKEY_REDIS_URL', 'rediss://:', '@cache'],
])('the configuration names percent-encoding where a password in %s (%s…) is not', (name, before, after) => {
  const mail = name === 'REKEY_SMTP_URL' ? { REKEY_MAIL_FROM: 'post@example.org' } : {}
  const passwordIn = (environment: Record<string, string>) => {
    const { mail: { server } = {}, redis } = configOf({ ...withLinkKey, ...mail, ...environment })
    return (server?.login?.password ?? redis?.password)?.reveal()
  }
  for (const password of [
    'pa/ss',
    'pa#ss',
    'pa?ss',
    'pa%ss',
    '%',
    '12/34',
    '12#34',
    '12?34',
    'a/b@c',
    '?@',
  ]) {
    const faults = faultsOf({ ...withLinkKey, ...mail, [name]: `${before}${password}${after}` })
    expect(faults, password).toEqual([
      expect.stringMatching(
        `^${name} must be .*percent-encode .*\\(/ is %2F\\), or set ${name.replace('URL', 'PASSWORD')} instead$`,
      ),
    ])
    expect(faults[0]).not.toContain(password === '%' ? '%@' : password)
    const encoded = `${before}${encodeURIComponent(password)}${after}`
    expect(passwordIn({ [name]: encoded })).toBe(password)
  }
  // A URL can contain these unescaped.
  for (const password of ['pa@ss', 'pa:ss', 'pa+ss']) {
    expect(passwordIn({ [name]: `${before}${password}${after}` })).toBe(password)
  }
})

it('the configuration names percent-encoding for the password of a Redis socket too, and leaves a plus alone', () => {
  const redisAt = (password: string) => ({
    ...withLinkKey,
    REKEY_REDIS_URL: `unix:///s?password=${password}&db=2`,
  })
  for (const password of ['pa#ss', 'pa&ss']) {
    expect(faultsOf(redisAt(password)), password).toEqual([
      expect.stringMatching(/^REKEY_REDIS_URL must be .*percent-encode.*REKEY_REDIS_PASSWORD/),
    ])
  }
  for (const password of ['pa/ss', 'pa?ss', 'pa@ss', 'pa:ss', 'pa+ss', 'pa=ss']) {
    expect(configOf(redisAt(password)).redis?.password?.reveal()).toBe(password)
  }
})

it('the configuration takes passwords from variables and files to themselves, as they are', () => {
  const password = 'p/a#s?s%w@o:r+d '
  const smtp = { REKEY_SMTP_URL: 'smtp://me@mail.example.org', REKEY_MAIL_FROM: 'post@example.org' }
  const redis = { REKEY_REDIS_URL: 'unix:///s' }
  for (const environment of [
    { REKEY_SMTP_PASSWORD: password, REKEY_REDIS_PASSWORD: password },
    {
      REKEY_SMTP_PASSWORD_FILE: scratchFile(`${password}\n`),
      REKEY_REDIS_PASSWORD_FILE: scratchFile(`${password}\n`),
    },
  ]) {
    const config = configOf({ ...withLinkKey, ...smtp, ...redis, ...environment })
    expect(config.mail?.server.login?.username).toBe('me')
    expect(config.mail?.server.login?.password.reveal()).toBe(password)
    expect(config.redis?.password?.reveal()).toBe(password)
    expect(JSON.stringify(config)).not.toContain('p/a#s')
  }
})

it.each<[string, Record<string, string>, string[]]>([
  [
    'two of one server',
    { REKEY_SMTP_URL: 'smtp://me:pw@localhost', REKEY_REDIS_URL: 'redis://:pw@cache' },
    [
      'REKEY_SMTP_PASSWORD is set, and REKEY_SMTP_URL has a password too: remove one of them',
      'REKEY_REDIS_PASSWORD is set, and REKEY_REDIS_URL has a password too: remove one of them',
    ],
  ],
  [
    'one of no server',
    { REKEY_MAIL_FROM: '' },
    [
      'REKEY_SMTP_PASSWORD is set, but REKEY_SMTP_URL is not',
      'REKEY_REDIS_PASSWORD is set, but REKEY_REDIS_URL is not',
    ],
  ],
  [
    'one of nobody',
    { REKEY_SMTP_URL: 'smtp://localhost', REKEY_REDIS_URL: 'redis://cache' },
    ['REKEY_SMTP_PASSWORD is set, but REKEY_SMTP_URL has no name'],
  ],
  [
    'none of a name',
    { REKEY_SMTP_URL: 'smtp://me@localhost', REKEY_SMTP_PASSWORD: '', REKEY_REDIS_PASSWORD: '' },
    ['REKEY_SMTP_URL has a name but no password: add one, or set REKEY_SMTP_PASSWORD'],
  ],
])('the configuration reports passwords that don’t fit together: %s', (_what, environment, expected) => {
  const passwords = { REKEY_SMTP_PASSWORD: 'canary', REKEY_REDIS_PASSWORD: 'canary' }
  const faults = faultsOf({
    ...withLinkKey,
    REKEY_MAIL_FROM: 'post@example.org',
    ...passwords,
    ...environment,
  })
  expect(faults).toEqual(expected)
})

it.each([
  'imaps://me:pa/ss@mail.example.org',
  'imaps://me:pw@mail.example.org',
  'imap://me@mail.example.org',
])('the configuration tells that the mail server needs no login: %s', (url) => {
  expect(faultsOf({ ...withLinkKey, REKEY_MAILBOX_CHECK: 'imap', REKEY_IMAP_URL: url })).toEqual([
    'REKEY_IMAP_URL must be the address of the mail server, such as imaps://mail.example.com:993, without a name and a password: Rekey logs in with those of each mailbox',
  ])
})

it.each([
  ['no+reply@www.example.org', { name: '', address: 'no+reply@www.example.org' }],
  ['"Example, Inc." <post@example.org>', { name: 'Example, Inc.', address: 'post@example.org' }],
  ['Büro <post@bücher.example>', { name: 'Büro', address: 'post@xn--bcher-kva.example' }],
])(
  'the configuration takes a sender of notifications that no panel would take as a mailbox: %s',
  (value, from) => {
    const environment = { REKEY_SMTP_URL: 'smtp://localhost', REKEY_MAIL_FROM: value }
    expect(configOf({ ...withLinkKey, ...environment }).mail?.from).toEqual(from)
  },
)

it('the configuration takes a full host name to give to the server of notifications, and the sender’s domain without one', () => {
  const url = { ...withLinkKey, REKEY_SMTP_URL: 'smtp://localhost' }
  const heloOf = (from: string, name = '') =>
    configOf({ ...url, REKEY_MAIL_FROM: from, REKEY_SMTP_HELO: name }).mail?.server.helo
  expect(heloOf('Post <post@Bücher.example>')).toBe('xn--bcher-kva.example')
  expect(heloOf('post@example.org', 'Rekey-1.Bücher.example')).toBe('rekey-1.xn--bcher-kva.example')
  expect(heloOf('root@localhost', 'rekey.example.org')).toBe('rekey.example.org')
  for (const from of ['root@localhost', 'post@192.0.2.1']) {
    expect(faultsOf({ ...url, REKEY_MAIL_FROM: from })).toEqual([
      'REKEY_SMTP_HELO must be set, because the domain in REKEY_MAIL_FROM isn’t a full host name',
    ])
  }
  for (const wrong of [
    'rekey',
    'rekey.',
    '.example.org',
    'rekey..example.org',
    '-a.example.org',
    'a-.example.org',
    'a_b.example.org',
    'a b.example.org',
    'rekey.example.org\r\nMAIL FROM:<x@example.org>',
    '[127.0.0.1]',
    '127.0.0.1',
    `${'a'.repeat(64)}.example.org`,
    `${'a.'.repeat(130)}org`,
    'https://rekey.example.org',
  ]) {
    const faults = faultsOf({ ...url, REKEY_MAIL_FROM: 'post@example.org', REKEY_SMTP_HELO: wrong })
    expect(faults, wrong).toEqual(['REKEY_SMTP_HELO must be a full host name, such as rekey.example.com'])
  }
  expect(faultsOf({ ...withLinkKey, REKEY_SMTP_HELO: 'rekey.example.org' })).toEqual([
    'REKEY_SMTP_HELO is set, but REKEY_SMTP_URL is not',
  ])
})

it('the configuration takes a certificate for the server of notifications, and asks for STARTTLS on the loopback then', async () => {
  const { certificate, fingerprint } = await createCertificate()
  const file = scratchFile(certificate)
  const near = { ...withLinkKey, REKEY_SMTP_URL: 'smtp://localhost', REKEY_MAIL_FROM: 'post@example.org' }
  const serverOf = (more: Record<string, string>) => configOf({ ...near, ...more }).mail?.server
  expect(serverOf({})).toMatchObject({ tls: 'offered', trust: {} })
  expect(serverOf({ REKEY_SMTP_CA_FILE: file })).toMatchObject({
    tls: 'starttls',
    trust: { ca: certificate },
  })
  expect(serverOf({ REKEY_SMTP_CERT_SHA256: fingerprint })).toMatchObject({
    tls: 'starttls',
    trust: { certificateSha256: fingerprint },
  })
  expect(faultsOf({ ...near, REKEY_SMTP_CA_FILE: file, REKEY_SMTP_CERT_SHA256: fingerprint })).toEqual([
    'REKEY_SMTP_CA_FILE and REKEY_SMTP_CERT_SHA256 are both set: remove one of them',
  ])
  expect(faultsOf({ ...withLinkKey, REKEY_SMTP_CA_FILE: file, REKEY_SMTP_CERT_SHA256: fingerprint })).toEqual(
    [
      'REKEY_SMTP_CA_FILE is set, but REKEY_SMTP_URL is not',
      'REKEY_SMTP_CERT_SHA256 is set, but REKEY_SMTP_URL is not',
    ],
  )
})

it('the configuration takes a sender of notifications only with a server, and the other way round', () => {
  const [url, from] = [{ REKEY_SMTP_URL: 'smtp://localhost' }, { REKEY_MAIL_FROM: 'post@example.org' }]
  expect(faultsOf({ ...withLinkKey, ...url })).toEqual([
    'REKEY_MAIL_FROM must be set, because REKEY_SMTP_URL is',
  ])
  expect(faultsOf({ ...withLinkKey, ...from })).toEqual(['REKEY_MAIL_FROM is set, but REKEY_SMTP_URL is not'])
  for (const wrong of [
    'post',
    'a@b@c.org',
    'Post <post>',
    '@example.org',
    'post@',
    'Post <post@exa mple.org>',
    '"x\r\nBcc: b@example.org" <post@example.org>',
    'a\nBcc: <b@example.org>',
  ]) {
    const faults = faultsOf({ ...withLinkKey, ...url, REKEY_MAIL_FROM: wrong })
    expect(faults, wrong).toEqual([expect.stringMatching(/^REKEY_MAIL_FROM must be an address/)])
  }
})

it.each([
  'ranges.example',
  'ftp://ranges.example',
  'http://ranges.example',
  'https://user:pw@ranges.example',
  'https://ranges.example?x',
  'https://ranges.example/#x',
])('the configuration asks about breached passwords nobody at %s', (url) => {
  const faults = faultsOf({ ...withLinkKey, REKEY_BREACH_CHECK: 'online', REKEY_BREACH_URL: url })
  expect(faults).toEqual([expect.stringMatching(/^REKEY_BREACH_URL must /)])
  expect(faults[0]).not.toContain(url)
})

it('the configuration knows whom to ask about breached passwords, and takes no word on it where nobody is asked', () => {
  const online = { ...withLinkKey, REKEY_BREACH_CHECK: 'online' }
  expect(configOf(least).breachServer).toBeUndefined()
  expect(configOf(online).breachServer).toEqual({
    url: 'https://api.pwnedpasswords.com',
    mustBeKnown: false,
  })
  const mirror = { REKEY_BREACH_URL: 'https://ranges.example/mirror/', REKEY_BREACH_FAIL: 'refuse' }
  expect(configOf({ ...online, ...mirror }).breachServer).toEqual({
    url: 'https://ranges.example/mirror',
    mustBeKnown: true,
  })
  const near = { ...online, REKEY_BREACH_URL: 'http://127.0.0.1:8082' }
  expect(configOf(near).breachServer?.url).toBe('http://127.0.0.1:8082')
  expect(faultsOf({ ...withLinkKey, ...mirror })).toEqual([
    'REKEY_BREACH_URL is set, but REKEY_BREACH_CHECK is not online',
    'REKEY_BREACH_FAIL is set, but REKEY_BREACH_CHECK is not online',
  ])
})

it('the configuration takes a certificate by file or by fingerprint, not both', async () => {
  const { certificate, fingerprint } = await createCertificate()
  const file = scratchFile(certificate)
  expect(configOf({ ...withLinkKey, HESTIA_CA_FILE: file }).panel.trust).toEqual({ ca: certificate })
  expect(
    configOf({ ...withLinkKey, HESTIA_CERT_SHA256: `sha256 Fingerprint=${fingerprint.toLowerCase()}` }).panel
      .trust,
  ).toEqual({
    certificateSha256: fingerprint,
  })
  expect(faultsOf({ ...withLinkKey, HESTIA_CA_FILE: file, HESTIA_CERT_SHA256: fingerprint })).toHaveLength(1)
  expect(faultsOf({ ...withLinkKey, HESTIA_CA_FILE: scratchFile('no certificate') })).toHaveLength(1)
  const plain = { ...withLinkKey, HESTIA_URL: 'http://127.0.0.1:8083' }
  expect(faultsOf({ ...plain, HESTIA_CERT_SHA256: fingerprint })).toHaveLength(1)
  expect(faultsOf({ ...plain, HESTIA_CA_FILE: file })).toHaveLength(1)
})
