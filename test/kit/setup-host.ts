import { readFile } from 'node:fs/promises'
import type { CommandLine, Host, Ran, StoredFile, TlsServer } from '../../src/setup/host.js'
import type { SetupParts } from '../../src/setup/step.js'

/** A panel's host in memory: its files, its commands' effects on them, and its services. */
export interface SetupHost {
  readonly host: Host
  /** Everything that can change, by path, as text. */
  state(): Record<string, string>
  /** Adds or replaces a file owned by root. */
  put(path: string, text: string): void
  drop(path: string): void
  /** The commands that were run, of those that change something. */
  readonly commands: string[]
  /** Makes commands fail whose line contains this, by default with exit code 1. An empty text ends that. */
  failOn(words: string, code?: number): void
  /** Makes the process die at the nth change from now. */
  dieAt(change: number): void
  /** How many changes were made since `dieAt` was called. */
  changes(): number
  /** Whether the service is ready. */
  isReady: boolean
  /** Whether the service ends with an error after each start. Then it doesn't answer. */
  hasFailed: boolean
  /** How often the service first reports that it hasn't checked yet. */
  unchecked: number
  /** TLS servers by `ADDRESS:PORT` or `NAME:PORT`. */
  readonly tls: Map<string, TlsServer>
  /** The addresses of host names. */
  readonly names: Map<string, string>
}

export const HOST_ADDRESS = '192.0.2.9'
const PANEL_NAME = 'server.example.com'
export const ROUNDCUBE_SETTINGS = '/etc/roundcube/plugins/password/config.inc.php'
export const SNAPPYMAIL_SETTINGS =
  '/var/lib/snappymail/data/_data_/_default_/configs/plugin-change-password.json'

const HESTIA = '/usr/local/hestia'
/** The secret of the panel's new access keys. */
export const PANEL_SECRET = 'k'.repeat(40)

export const trusted: TlsServer = {
  isTrusted: true,
  fingerprint: 'AA:BB',
  certificate: 'PEM',
  names: [PANEL_NAME],
  issuer: 'Example CA',
  localAddress: HOST_ADDRESS,
}

const FILES = {
  '/etc/hostname': 'server\n',
  '/etc/group': 'root:x:0:\nwww-data:x:33:\nhestiamail:x:1001:\n',
  '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nwww-data:x:33:33::/var/www:/bin/false\n',
  '/etc/nginx/nginx.conf': 'user www-data;\nhttp {}\n',
  '/etc/php/8.2/fpm/pool.d/www.conf': '[www]\nuser = hestiamail\ngroup = hestiamail\n',
  [`${HESTIA}/conf/hestia.conf`]: [
    "API='no'",
    "API_ALLOWED_IP=''",
    "API_SYSTEM='0'",
    "BACKEND_PORT='8083'",
    "FIREWALL_EXTENSION='fail2ban'",
    "IMAP_SYSTEM='dovecot'",
    "MAIL_SYSTEM='exim4'",
    "PROXY_SYSTEM='nginx'",
    "ROOT_USER='chief'",
    "VERSION='1.9.4'",
    "WEB_SYSTEM='apache2'",
    '',
  ].join('\n'),
  [`${HESTIA}/data/users/chief/user.conf`]: "CONTACT='admin@example.org'\n",
  '/home/chief/conf/mail/example.org/accounts': 'admin:admin:chief:mail:/home/chief\n',
  '/home/chief/conf/mail/example.org/nginx.conf': 'server_name webmail.example.org;\n',
  '/home/chief/conf/mail/example.org/nginx.ssl.conf':
    'server {\n  server_name webmail.example.org mail.example.org;\n}\n',
  '/home/bob/conf/mail/example.com/nginx.conf': 'server {\n  server_name webmail.example.com;\n}\n',
  '/home/bob/conf/web/www.example.com/nginx.ssl.conf': 'server {\n  server_name www.example.com;\n}\n',
  [ROUNDCUBE_SETTINGS]: '<?php\n$config["password_driver"] = "hestia";\n',
  '/var/lib/roundcube/plugins/password/drivers/hestia.php': '<?php\n',
  [SNAPPYMAIL_SETTINGS]:
    '{\n    "plugin": {\n        "pass_min_length": 8,\n        "pass_min_strength": 60,\n        "hestia_host": "server.example.com",\n        "hestia_port": 8083\n    }\n}',
  '/etc/fail2ban/jail.local': '[DEFAULT]\n',
} as const

/** A panel as Hestia 1.9 installs it, with two mail domains (one with TLS), Roundcube and SnappyMail. */
export function createSetupHost(): SetupHost {
  const files = new Map<string, StoredFile>()
  const folders = new Set<string>()
  const enabled = new Set<string>()
  const active = new Set<string>()
  const commands: string[] = []
  let failing = { words: '', code: 1 }
  let left = Number.POSITIVE_INFINITY
  let changes = 0
  let isDead = false

  const put = (path: string, text: string): void =>
    void files.set(path, { text, mode: 0o644, uid: 0, gid: 0 })
  for (const [path, text] of Object.entries(FILES)) put(path, text)

  /** Dies if this change is the one that was chosen. */
  function change(): void {
    alive()
    if (changes >= left) {
      isDead = true
      alive()
    }
    changes += 1
  }

  function alive(): void {
    if (isDead) throw new Error('the process was killed')
  }

  const settings = () => files.get(`${HESTIA}/conf/hestia.conf`)?.text ?? ''
  const setting = (name: string) => new RegExp(`^${name}='(.*)'$`, 'm').exec(settings())?.[1] ?? ''
  const set = (name: string, value: string): void =>
    put(
      `${HESTIA}/conf/hestia.conf`,
      settings().replace(new RegExp(`^${name}='.*'$`, 'm'), `${name}='${value}'`),
    )

  const panelCommands: Record<string, (...args: string[]) => string | undefined> = {
    'v-add-sys-api-ip': (address = '') => {
      set('API_ALLOWED_IP', [setting('API_ALLOWED_IP'), address].filter(Boolean).join(','))
      return ''
    },
    'v-delete-sys-api-ip': (address = '') => {
      const others = setting('API_ALLOWED_IP').split(',')
      set('API_ALLOWED_IP', others.filter((entry) => entry !== address).join(','))
      return ''
    },
    'v-change-sys-config-value': (name = '', value = '') => {
      set(name, value)
      return ''
    },
    'v-change-sys-api': () => {
      set('API_SYSTEM', '1')
      return ''
    },
    'v-add-access-key': (user = '', profile = '', comment = '') => {
      if (!files.has(`${HESTIA}/data/api/${profile}`)) return undefined
      const text = `SECRET_ACCESS_KEY='${PANEL_SECRET}'\nUSER='${user}'\nPERMISSIONS='${profile}'\nCOMMENT='${comment}'\n`
      put(`${HESTIA}/data/access-keys/${'K'.repeat(20)}`, text)
      return `{"SECRET_ACCESS_KEY": "${PANEL_SECRET}"}`
    },
    'v-delete-access-key': (id = '') => {
      files.delete(`${HESTIA}/data/access-keys/${id}`)
      return ''
    },
  }

  function systemctl(verb = '', ...args: string[]): Ran {
    const units = args.filter((arg) => !arg.startsWith('--'))
    const now = args.includes('--now')
    if (verb === 'is-active') return ended(units.every((unit) => active.has(unit)) ? 0 : 3)
    if (verb === 'show') return ended(0, parts.hasFailed ? 'exit-code\n' : 'success\n')
    if (verb === 'is-enabled') return ended(units.every((unit) => enabled.has(unit)) ? 0 : 1)
    for (const unit of units) {
      if (verb === 'enable') enabled.add(unit)
      if (verb === 'disable') enabled.delete(unit)
      if (verb === 'start' || verb === 'restart' || (verb === 'enable' && now)) active.add(unit)
      if (verb === 'disable' && now) active.delete(unit)
    }
    return ended(0)
  }

  function ended(code: number, output = '', complaint = ''): Ran {
    return { code, output, complaint }
  }

  /** Commands that change nothing. */
  const LOOKS = /^(?:nginx -t|systemctl (?:is-|show)|fail2ban-client -t|php |doveconf |\/usr\/bin\/python3 )/

  const host: Host = {
    async read(path) {
      alive()
      return files.get(path)
    },
    async write(path, file) {
      change()
      files.set(path, file)
    },
    async remove(path) {
      alive()
      if (!files.has(path)) return
      change()
      files.delete(path)
    },
    async list(path) {
      alive()
      const inside = [...files.keys()].filter((name) => name.startsWith(`${path}/`))
      return [...new Set(inside.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))].sort()
    },
    async hasFolder(path) {
      return folders.has(path) || [...files.keys()].some((name) => name.startsWith(`${path}/`))
    },
    async makeFolder(path) {
      if (await host.hasFolder(path)) return
      change()
      folders.add(path)
    },
    async removeFolder(path) {
      if (!folders.has(path)) return
      change()
      folders.delete(path)
    },
    async run(command: CommandLine) {
      alive()
      const line = command.join(' ')
      if (!LOOKS.test(line)) {
        change()
        commands.push(line)
      }
      if (failing.words !== '' && line.includes(failing.words)) {
        return ended(failing.code, '', `${failing.words} fails`)
      }
      const [program, ...args] = command
      if (program === 'systemctl') return systemctl(...args)
      if (program === 'doveconf') return ended(0, args[0] === '-h' ? '10.0.0.1\n' : '')
      const name = program.slice(program.lastIndexOf('/') + 1)
      const output = panelCommands[name]?.(...args)
      return program.startsWith(HESTIA) && output === undefined ? ended(3) : ended(0, output ?? '')
    },
    async meetTls(name, port) {
      return parts.tls.get(`${name}:${port}`)
    },
    async get(place) {
      if ('url' in place) return { status: 200, body: '' }
      if (!active.has('rekey.service') || parts.hasFailed) return undefined
      if (parts.unchecked > 0) {
        parts.unchecked -= 1
        return { status: 503, body: '{"faults":[{"code":"not-checked-yet"}]}' }
      }
      return parts.isReady ? { status: 200, body: '' } : { status: 503, body: '{"faults":[]}' }
    },
    resolve: async (name) => [parts.names.get(name) ?? HOST_ADDRESS],
    addresses: () => [HOST_ADDRESS],
    name: async () => PANEL_NAME,
    isRoot: () => true,
    lock: async () => async () => undefined,
  }

  const parts: SetupHost = {
    host,
    state() {
      const entries = [...files]
        .filter(([path]) => path !== '/etc/rekey/setup/journal.json')
        .map(([path, { text, mode, gid }]) => [path, `${mode.toString(8)} ${gid} ${text}`])
      const units = [
        ['enabled', [...enabled].sort().join(' ')],
        ['active', [...active].sort().join(' ')],
        ['folders', [...folders].sort().join(' ')],
      ]
      return Object.fromEntries([...entries.sort(), ...units])
    },
    put,
    drop: (path) => void files.delete(path),
    commands,
    failOn(words, code = 1) {
      failing = { words, code }
    },
    dieAt(number) {
      isDead = false
      changes = 0
      left = number
    },
    changes: () => changes,
    isReady: true,
    hasFailed: false,
    unchecked: 0,
    tls: new Map([
      ['127.0.0.1:8083', trusted],
      [`${PANEL_NAME}:8083`, trusted],
      [`${HOST_ADDRESS}:443`, { ...trusted, names: ['webmail.example.org'] }],
    ]),
    names: new Map(),
  }
  return parts
}

/** What the setup needs: a terminal that gives these answers in order, and tools that never wait. */
export function setupParts({ host }: SetupHost, answers: readonly string[] = []) {
  const said: string[] = []
  const handedOver: string[] = []
  const diagnosed: Readonly<Record<string, string>>[] = []
  const queue = [...answers]
  let nowMs = 0
  const ask = async (question: string, fallback: string): Promise<string> => {
    said.push(question)
    return queue.shift() || fallback
  }
  const parts: SetupParts = {
    host,
    terminal: {
      say: (text) => void said.push(text),
      ask,
      confirm: async (question) => (await ask(question, 'yes')) === 'yes',
      askSecretly: async (question) => ask(question, ''),
      close: () => undefined,
    },
    tools: {
      handOver: (script) => void handedOver.push(script),
      ours: (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8'),
      async diagnose(environment) {
        diagnosed.push(environment)
        return { text: 'fault       key            key-refused: no\n            fix: mend it\n', sound: true }
      },
      clock: {
        now: () => nowMs,
        async wait(durationMs) {
          nowMs += durationMs
        },
      },
      random: () => 'f'.repeat(64),
    },
  }
  return { parts, said, handedOver, diagnosed, waitedMs: () => nowMs, text: () => said.join('\n') }
}
