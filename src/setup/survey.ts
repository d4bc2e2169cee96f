import { type Host, readText, type TlsServer } from './host.js'
import { HESTIA, parsePanelFile } from './panel-files.js'
import { SetupFault } from './setup-fault.js'

/** What the setup found on the panel's host. */
export interface Survey {
  readonly hostName: string
  readonly panel: Panel
  readonly web: WebServer
  /** The folders of all mail domains, with or without a webmail host. */
  readonly mailFolders: readonly string[]
  /** The webmail hosts with TLS. */
  readonly webmailHosts: readonly WebHost[]
  readonly roundcube: Roundcube | undefined
  /** The settings of SnappyMail's plugin for Hestia; undefined if either is missing. */
  readonly snappyMailSettings: string | undefined
  readonly hasDovecot: boolean
  readonly hasExim: boolean
  readonly hasFail2Ban: boolean
  /** A mailbox of this host that can send notifications. */
  readonly sender: string | undefined
}

interface Panel {
  readonly version: string
  readonly port: number
  /** The hosting account that runs the panel. */
  readonly administrator: string
  readonly isApiOn: boolean
  /** The API's allow list, as the panel writes it. */
  readonly allowed: readonly string[]
  /** The URL that Rekey calls. */
  readonly url: string
  /** The server at that URL. */
  readonly server: TlsServer
}

interface WebServer {
  /** Whether the panel uses nginx. Without it, the setup can't serve the page. */
  readonly hasNginx: boolean
  /** The group that it runs as. */
  readonly group: string
}

/** A host name that nginx serves with TLS. */
export interface WebHost {
  readonly name: string
  /** The host's configuration folder. nginx includes its files `nginx.ssl.conf_*`. */
  readonly folder: string
}

/** Roundcube, as the panel installs it. */
interface Roundcube {
  readonly settings: string
  readonly drivers: string
  /** The group that its PHP runs as. */
  readonly group: string
}

const NGINX_SETTINGS = '/etc/nginx/nginx.conf'
const ROUNDCUBE_SETTINGS = '/etc/roundcube/plugins/password/config.inc.php'
const ROUNDCUBE_DRIVERS = '/var/lib/roundcube/plugins/password/drivers'
const SNAPPYMAIL_SETTINGS = '/var/lib/snappymail/data/_data_/_default_/configs/plugin-change-password.json'

/** Local parts for the sender, in order of preference. */
const SENDERS = ['noreply', 'no-reply', 'postmaster', 'hostmaster', 'admin', 'support', 'info']

/** @throws {@link SetupFault} if the host has no panel, or the panel doesn't answer */
export async function surveyHost(host: Host): Promise<Survey> {
  const configuration = await readText(host, `${HESTIA}/conf/hestia.conf`)
  if (configuration === undefined) {
    throw new SetupFault(
      `This host has no Hestia panel in ${HESTIA}. If the panel is on another host: rekey setup --remote PANEL`,
    )
  }
  const settings = parsePanelFile(configuration)
  const hostName = await host.name()
  const folders = await mailFolders(host)
  const hasNginx = [settings.get('WEB_SYSTEM'), settings.get('PROXY_SYSTEM')].includes('nginx')
  const administrator = settings.get('ROOT_USER') || 'admin'
  return {
    hostName,
    panel: await surveyPanel(host, hostName, administrator, settings),
    web: {
      hasNginx: hasNginx && (await host.read(NGINX_SETTINGS)) !== undefined,
      group: await findWebGroup(host),
    },
    mailFolders: folders,
    webmailHosts: await listWebHosts(host, folders),
    roundcube: await findRoundcube(host),
    snappyMailSettings: (await readText(host, SNAPPYMAIL_SETTINGS))?.includes('"hestia_host"')
      ? SNAPPYMAIL_SETTINGS
      : undefined,
    hasDovecot: settings.get('IMAP_SYSTEM') === 'dovecot',
    hasExim: settings.get('MAIL_SYSTEM')?.startsWith('exim') ?? false,
    hasFail2Ban: settings.get('FIREWALL_EXTENSION') === 'fail2ban',
    sender: await findSender(host, administrator, folders),
  }
}

/** For people. */
export function describeSurvey({ panel, webmailHosts, roundcube, snappyMailSettings, ...found }: Survey) {
  const programs = [
    found.web.hasNginx && 'nginx',
    roundcube && 'Roundcube',
    snappyMailSettings && 'SnappyMail',
    found.hasDovecot && 'Dovecot',
    found.hasExim && 'Exim',
    found.hasFail2Ban && 'Fail2Ban',
  ]
  const trust = panel.server.isTrusted ? `signed by ${panel.server.issuer}` : 'self-signed, will be pinned'
  return [
    `Hestia ${panel.version} at ${panel.url}, administrator ${panel.administrator}`,
    `its certificate: ${trust}`,
    `its API: ${panel.isApiOn ? 'on' : 'off'}; allowed addresses: ${panel.allowed.join(', ') || 'none'}`,
    `programs: ${programs.filter(Boolean).join(', ')}`,
    `webmail hosts with TLS: ${webmailHosts.map(({ name }) => name).join(', ') || 'none'}`,
  ]
}

async function surveyPanel(
  host: Host,
  hostName: string,
  administrator: string,
  settings: ReadonlyMap<string, string>,
): Promise<Panel> {
  const port = Number(settings.get('BACKEND_PORT') || 8083)
  const { name, server } = await meetPanel(host, hostName, port)
  return {
    version: settings.get('VERSION') ?? 'of an unknown version',
    port,
    administrator,
    isApiOn: ['1', '2'].includes(settings.get('API_SYSTEM') ?? ''),
    allowed: (settings.get('API_ALLOWED_IP') ?? '').split(',').filter((entry) => entry !== ''),
    url: `https://${name}:${port}`,
    server,
  }
}

/** Finds a name for which the panel's certificate is trusted. If there is none, uses the loopback and pins the certificate. */
async function meetPanel(
  host: Host,
  hostName: string,
  port: number,
): Promise<{ name: string; server: TlsServer }> {
  const near = await host.meetTls('127.0.0.1', port, hostName)
  if (!near)
    throw new SetupFault(`The panel doesn't answer at port ${port}. Check it with: systemctl status hestia`)
  for (const name of new Set([hostName, ...near.names])) {
    const server = await host.meetTls(name, port, name)
    if (server?.isTrusted && server.fingerprint === near.fingerprint) return { name, server }
  }
  return { name: '127.0.0.1', server: { ...near, isTrusted: false } }
}

async function mailFolders(host: Host): Promise<string[]> {
  const folders: string[] = []
  for (const user of await host.list('/home')) {
    for (const domain of await host.list(`/home/${user}/conf/mail`)) {
      folders.push(`/home/${user}/conf/mail/${domain}`)
    }
  }
  return folders
}

/** The hosts with TLS that are configured in these folders. */
async function listWebHosts(host: Host, folders: readonly string[]): Promise<WebHost[]> {
  const hosts: WebHost[] = []
  for (const folder of folders) {
    const settings = await readText(host, `${folder}/nginx.ssl.conf`)
    const [, name] = /^\s*server_name\s+([^\s;]+)/m.exec(settings ?? '') ?? []
    if (name !== undefined) hosts.push({ name, folder })
  }
  return hosts
}

/** A web domain of the panel with TLS. */
export async function findWebDomain(host: Host, name: string): Promise<WebHost | undefined> {
  for (const user of await host.list('/home')) {
    const folder = `/home/${user}/conf/web/${name}`
    if (await readText(host, `${folder}/nginx.ssl.conf`)) return { name, folder }
  }
  return undefined
}

/** The group of this host's web server: nginx's, or Debian's for Caddy or Apache. */
export async function findWebGroup(host: Host): Promise<string> {
  const settings = await readText(host, NGINX_SETTINGS)
  const user = /^\s*user\s+([\w-]+)/m.exec(settings ?? '')?.[1]
  if (user !== undefined) return (await groupOf(host, user)) ?? user
  const groups = (await readText(host, '/etc/group')) ?? ''
  return /^caddy:/m.test(groups) ? 'caddy' : 'www-data'
}

async function findRoundcube(host: Host): Promise<Roundcube | undefined> {
  const isThere =
    (await host.read(ROUNDCUBE_SETTINGS)) && (await host.list(ROUNDCUBE_DRIVERS)).includes('hestia.php')
  if (!isThere) return undefined
  return { settings: ROUNDCUBE_SETTINGS, drivers: ROUNDCUBE_DRIVERS, group: await phpGroup(host) }
}

/** The group of PHP's `www` pool, which runs the panel's webmail programs. */
async function phpGroup(host: Host): Promise<string> {
  for (const version of (await host.list('/etc/php')).toReversed()) {
    const pool = await readText(host, `/etc/php/${version}/fpm/pool.d/www.conf`)
    const group = /^group\s*=\s*(\S+)/m.exec(pool ?? '')?.[1]
    if (group !== undefined) return group
  }
  return 'www-data'
}

async function groupOf(host: Host, user: string): Promise<string | undefined> {
  const find = async (path: string, isIt: (fields: string[]) => boolean) =>
    (await readText(host, path))
      ?.split('\n')
      .map((line) => line.split(':'))
      .find(isIt)
  const gid = (await find('/etc/passwd', ([name]) => name === user))?.[3]
  return (await find('/etc/group', (fields) => fields[2] === gid))?.[0]
}

/** Finds a mailbox of this host: the mail server refuses a sender that it can't deliver to. */
async function findSender(
  host: Host,
  administrator: string,
  folders: readonly string[],
): Promise<string | undefined> {
  const account = await readText(host, `${HESTIA}/data/users/${administrator}/user.conf`)
  const contact = parsePanelFile(account ?? '').get('CONTACT')
  const own = folders.filter((folder) => folder.startsWith(`/home/${administrator}/`))
  const candidates: string[] = []
  for (const folder of [...own, ...folders]) {
    const domain = folder.slice(folder.lastIndexOf('/') + 1)
    const mailboxes = ((await readText(host, `${folder}/accounts`)) ?? '')
      .split('\n')
      .map((line) => line.split(':')[0])
    if (mailboxes.some((mailbox) => `${mailbox}@${domain}` === contact)) return contact
    candidates.push(...SENDERS.filter((name) => mailboxes.includes(name)).map((name) => `${name}@${domain}`))
  }
  return candidates[0]
}
