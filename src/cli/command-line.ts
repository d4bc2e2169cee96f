import { parseArgs } from 'node:util'
import { parseClientAddress } from '../lib/ip-address.js'
import { help } from './help.js'

/** A command line, parsed. */
export type Command =
  | { readonly is: 'serve' | 'check-config' | 'health' | 'version' | 'rotate-recovery-key' }
  | { readonly is: 'help'; readonly text: string }
  /** The arguments are invalid; the text has the reason and the usage. */
  | { readonly is: 'misused'; readonly text: string }
  /** @property url the address of the page; if undefined, the doctor checks the service on this host */
  | { readonly is: 'doctor'; readonly url: URL | undefined; readonly json: boolean }
  /** @property asks whether to ask at the terminal */
  | { readonly is: 'setup'; readonly task: SetupTask; readonly asks: boolean }

/** What to set up. An undefined value means the one of the last run, or the default. */
export type SetupTask =
  | {
      readonly does: 'set-up'
      readonly isDry: boolean
      readonly proof: 'hash' | 'imap' | undefined
      readonly roundcube: 'rekey' | 'hestia' | undefined
      readonly host: string | undefined
      readonly profile: string | undefined
    }
  | {
      readonly does: 'set-up-remotely'
      readonly isDry: boolean
      readonly panel: { readonly name: string; readonly port: number }
      readonly address: string | undefined
      readonly profile: string | undefined
    }
  | { readonly does: 'refresh' | 'undo' }

const HELP_OPTION = { help: { type: 'boolean', short: 'h' } } as const

/** Hestia's own permission profiles (`install/common/api/` in its source). Other keys depend on them. */
const FOREIGN_PROFILES =
  /^(?:billing|list-all-user-objects|phpmyadmin-sso|purge-nginx-cache|sync-dns-cluster|update-dns-records)$/

const COMMANDS = ['doctor', 'setup', 'rotate-recovery-key'] as const

/** Reads the arguments; never throws. */
export function parseCommandLine(args: readonly string[]): Command {
  const [first, ...others] = args
  const name = COMMANDS.find((command) => command === first) ?? 'rekey'
  try {
    switch (name) {
      case 'doctor':
        return parseDoctor(others)
      case 'setup':
        return parseSetup(others)
      case 'rotate-recovery-key':
        return parseRotation(others)
      case 'rekey':
        return parseService(args)
    }
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

function parseRotation(args: string[]): Command {
  const { values } = parseArgs({ args, options: HELP_OPTION })
  if (values.help) return { is: 'help', text: help['rotate-recovery-key'] }
  return { is: 'rotate-recovery-key' }
}

/** The address of the page, with a slash at the end. */
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

function parseSetup(args: string[]): Command {
  const options = {
    ...HELP_OPTION,
    yes: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    proof: { type: 'string' },
    roundcube: { type: 'string' },
    host: { type: 'string' },
    profile: { type: 'string' },
    remote: { type: 'string' },
    address: { type: 'string' },
    refresh: { type: 'boolean' },
    undo: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args, options })
  if (values.help) return { is: 'help', text: help.setup }
  const isDry = values['dry-run']
  return { is: 'setup', task: parseSetupTask(values, isDry), asks: !values.yes && !values.refresh }
}

interface SetupValues {
  readonly proof?: string | undefined
  readonly roundcube?: string | undefined
  readonly host?: string | undefined
  readonly profile?: string | undefined
  readonly remote?: string | undefined
  readonly address?: string | undefined
  readonly refresh?: boolean | undefined
  readonly undo?: boolean | undefined
}

/** Checks that the options belong to the same task. */
function parseSetupTask(values: SetupValues, isDry: boolean): SetupTask {
  const { refresh, undo, remote, address, profile, ...nearby } = values
  const given = Object.entries({ ...values, isDry }).filter(
    ([, value]) => value !== undefined && value !== false,
  )
  if (refresh || undo) {
    const task = refresh ? 'refresh' : 'undo'
    const others = given.filter(([name]) => name !== task && !['yes', 'help'].includes(name))
    if (others.length > 0) throw new Error(`--${task} can’t be used with other options`)
    return { does: task }
  }
  checkProfile(profile)
  if (remote !== undefined) {
    if (nearby.host || nearby.proof || nearby.roundcube) {
      throw new Error(
        '--remote can’t be used with --host, --proof or --roundcube: they are for the panel’s own host',
      )
    }
    return {
      does: 'set-up-remotely',
      isDry,
      panel: parsePanel(remote),
      address: parseAddress(address),
      profile,
    }
  }
  if (address !== undefined) throw new Error('--address can only be used with --remote')
  return {
    does: 'set-up',
    isDry,
    proof: oneOf('--proof', ['hash', 'imap'], nearby.proof),
    roundcube: oneOf('--roundcube', ['rekey', 'hestia'], nearby.roundcube),
    host: parseHostName('--host', nearby.host),
    profile,
  }
}

function oneOf<Value extends string>(
  option: string,
  values: readonly Value[],
  text: string | undefined,
): Value | undefined {
  const value = values.find((candidate) => candidate === text)
  if (text !== undefined && value === undefined) throw new Error(`${option} must be ${values.join(' or ')}`)
  return value
}

const HOST_NAME = /^(?=.{1,253}$)(?!-)[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63})+$/i

function parseHostName(option: string, text: string | undefined): string | undefined {
  if (text !== undefined && !HOST_NAME.test(text)) {
    throw new Error(`${option} must be a host name such as mail.example.com`)
  }
  return text?.toLowerCase()
}

/** `NAME`, or `NAME:PORT`. */
function parsePanel(text: string): { name: string; port: number } {
  const [, name = '', port = '8083'] = /^([^:]*)(?::(\d{1,5}))?$/.exec(text) ?? []
  return { name: parseHostName('--remote', name) ?? '', port: Number(port) }
}

function parseAddress(text: string | undefined): string | undefined {
  const address = parseClientAddress(text ?? '')
  if (text !== undefined && address === undefined) throw new Error('--address must be an IP address')
  if (address === '0.0.0.0' || address === '::')
    throw new Error(
      '--address must be the address of one host: this one would open the panel’s API to everyone',
    )
  return address
}

function checkProfile(profile: string | undefined): void {
  if (profile === undefined) return
  if (!/^[A-Za-z\d][\w-]{0,63}$/.test(profile)) {
    throw new Error('--profile must be a name of letters, digits, hyphens and underscores')
  }
  if (FOREIGN_PROFILES.test(profile))
    throw new Error('--profile is the name of one of the panel’s own profiles: choose another name')
}
