import { type Host, readText, type TlsServer } from './host.js'
import { HESTIA, parsePanelFile } from './panel-files.js'
import { SetupFault } from './setup-fault.js'

/** What the setup found on the panel's host. Looking changes nothing. */
export interface Survey {
  readonly hostName: string
  readonly panel: Panel
  readonly web: WebServer
  /** The folders of all mail domains, whether they have a webmail host or not. */
  readonly mailFolders: readonly string[]
  /** The webmail hosts with TLS. */
  readonly webmailHosts: readonly WebHost[]
  readonly roundcube: Roundcube | undefined
  /** Where SnappyMail keeps the settings of its plugin for Hestia; undefined without both. */
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
  /** The addresses that may call the API, as the panel writes them. */
  readonly allowed: readonly string[]
  /** Where Rekey calls it. */
  readonly url: string
  /** The certificate at that address, and the address that calls come from. */
  readonly server: TlsServer
}

interface WebServer {
  /** Whether nginx is in front: without it, the setup can't serve the page. */
  readonly hasNginx: boolean
  /** The group that it runs as. */
  readonly group: string
}

/** A host name that nginx serves with TLS. */
export interface WebHost {
  readonly name: string
  /** Where the panel has its files; what begins with `nginx.ssl.conf_` there is included in the host. */
  readonly folder: string
}

/** Roundcube as the panel installs it. */
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

/** What could be the sender's local part, in this order. */
const SENDERS = ['noreply', 'no-reply', 'postmaster', 'hostmaster', 'admin', 'support', 'info']

/** @throws {@link SetupFault} on a host without a panel that could be set up */
export async function surveyHost(host: Host): Promise<Survey> {
  const configuration = await readText(host, `${HESTIA}/conf/hestia.conf`)
  if (configuration === undefined) {
    throw new SetupFault(
      `This host has no Hestia panel in ${HESTIA}. On another host than the panel's: rekey setup --remote PANEL`,
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
  const trust = panel.server.isTrusted ? `signed by ${panel.server.issuer}` : 'self-signed: it is pinned'
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

/** By a name for which the certificate is trusted, otherwise by the loopback: the certificate is pinned then. */
async function meetPanel(
  host: Host,
  hostName: string,
  port: number,
): Promise<{ name: string; server: TlsServer }> {
  const near = await host.meetTls('127.0.0.1', port, hostName)
  if (!near)
    throw new SetupFault(`The panel doesn't answer at port ${port}. Is it running? systemctl status hestia`)
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

/** The hosts whose settings with TLS stand in these folders. */
async function listWebHosts(host: Host, folders: readonly string[]): Promise<WebHost[]> {
  const hosts: WebHost[] = []
  for (const folder of folders) {
    const settings = await readText(host, `${folder}/nginx.ssl.conf`)
    const [, name] = /^\s*server_name\s+([^\s;]+)/m.exec(settings ?? '') ?? []
    if (name !== undefined) hosts.push({ name, folder })
  }
  return hosts
}

/** A web domain of the panel. */
export async function findWebDomain(host: Host, name: string): Promise<WebHost | undefined> {
  for (const user of await host.list('/home')) {
    const folder = `/home/${user}/conf/web/${name}`
    if (await readText(host, `${folder}/nginx.ssl.conf`)) return { name, folder }
  }
  return undefined
}

/** The group that the web server of this host runs as: nginx's, or Debian's for Caddy or Apache. */
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

/** The group of PHP's pool `www`, which the panel's webmail programs run in. */
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

/** The mail server refuses a sender that it could not deliver to, so it must be a mailbox of this host. */
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
