import { parseArgs } from 'node:util'
import { parseClientAddress } from '../lib/ip-address.js'
import { help } from './help.js'

/** What the process is asked to do. */
export type Command =
  | { readonly is: 'serve' | 'check-config' | 'health' | 'version' }
  | { readonly is: 'help'; readonly text: string }
  /** The arguments are not understood, for which the text has the reason and the usage. */
  | { readonly is: 'misused'; readonly text: string }
  /** @property url of the service as people find it; without one, this host's service is examined from within */
  | { readonly is: 'doctor'; readonly url: URL | undefined; readonly json: boolean }
  | { readonly is: 'setup-panel'; readonly address: string | undefined; readonly profile: string }

const HELP_OPTION = { help: { type: 'boolean', short: 'h' } } as const

/** Hestia's own profiles (its `install/common/api/`), which other keys depend on. */
const FOREIGN_PROFILES =
  /^(?:billing|list-all-user-objects|phpmyadmin-sso|purge-nginx-cache|sync-dns-cluster|update-dns-records)$/

/** Reads the arguments; never throws. */
export function parseCommandLine(args: readonly string[]): Command {
  const [first, ...others] = args
  const name = first === 'doctor' || first === 'setup-panel' ? first : 'rekey'
  try {
    if (name === 'doctor') return parseDoctor(others)
    return name === 'setup-panel' ? parseSetupPanel(others) : parseService(args)
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    return { is: 'misused', text: `${reason}\n\n${help[name]}` }
  }
}

function parseService(args: readonly string[]): Command {
  const options = {
    ...HELP_OPTION,
    'check-config': { type: 'boolean' },
    health: { type: 'boolean' },
    version: { type: 'boolean', short: 'v' },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  if (values.help) return { is: 'help', text: help.rekey }
  if (values.version) return { is: 'version' }
  if (values.health) return { is: 'health' }
  return { is: values['check-config'] ? 'check-config' : 'serve' }
}

function parseDoctor(args: string[]): Command {
  const options = { ...HELP_OPTION, url: { type: 'string' }, json: { type: 'boolean' } } as const
  const { values } = parseArgs({ args, options })
  if (values.help) return { is: 'help', text: help.doctor }
  return { is: 'doctor', url: parsePageUrl(values.url), json: values.json ?? false }
}

/** Where the page is, with a slash at its end. */
function parsePageUrl(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPage = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (!url || !isPage || url.username || url.password || url.search || url.hash) {
    throw new Error('--url must be the address of the page, such as https://mail.example.com/password/')
  }
  url.pathname = url.pathname.replace(/\/*$/, '/')
  return url
}

function parseSetupPanel(args: string[]): Command {
  const options = {
    ...HELP_OPTION,
    address: { type: 'string' },
    profile: { type: 'string', default: 'mail-password' },
  } as const
  const { values } = parseArgs({ args, options })
  if (values.help) return { is: 'help', text: help['setup-panel'] }
  const address = parseClientAddress(values.address ?? '')
  if (values.address !== undefined && address === undefined)
    throw new Error('--address must be an IP address')
  if (address === '0.0.0.0' || address === '::')
    throw new Error('--address must be that of one host: this one would open the panel’s API to everybody')
  if (!/^[A-Za-z\d][\w-]{0,63}$/.test(values.profile)) {
    throw new Error('--profile must be a name of letters, digits, - and _')
  }
  if (FOREIGN_PROFILES.test(values.profile))
    throw new Error('--profile names a profile of the panel’s own: choose another')
  return { is: 'setup-panel', address, profile: values.profile }
}
