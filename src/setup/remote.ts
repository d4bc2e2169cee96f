import { type Host, readText, type TlsServer } from './host.js'
import { type Journal, rootsOwn } from './journal.js'
import { DEFAULT_PROFILE } from './panel-files.js'
import { panelScript } from './panel-script.js'
import { runSteps } from './run-steps.js'
import { parseSettings } from './settings-file.js'
import { SetupFault } from './setup-fault.js'
import type { Setup, SetupParts, Step } from './step.js'
import { commandsFor } from './steps/panel-key.js'
import { SECRET_KEY, SETTINGS, SOCKET, service } from './steps/service.js'
import { findWebGroup, type Survey } from './survey.js'
import type { Terminal } from './terminal.js'

/** What the command line says of a panel on another host. */
export interface RemoteWishes {
  /** The host name of the panel, and its port. */
  readonly panel: { readonly name: string; readonly port: number }
  /** The address that the panel sees this host call from; undefined if it is this host's own. */
  readonly address: string | undefined
  readonly profile: string | undefined
}

/** The key that was made on the panel's host, and typed here. */
interface TypedKey {
  readonly id: string
  readonly secret: string
}

/** Sets this host up for a panel on another one: prints what is to be run there, asks for the key, and starts the service. */
export async function setUpForRemotePanel(
  { panel, address, profile = DEFAULT_PROFILE }: RemoteWishes,
  isDry: boolean,
  journal: Journal,
  { host, terminal, tools }: SetupParts,
): Promise<boolean> {
  const server = await host.meetTls(panel.name, panel.port, panel.name)
  const caller = address ?? server?.localAddress
  if (caller === undefined) {
    throw new SetupFault(
      `${panel.name} doesn’t answer at port ${panel.port} from here. Its firewall must let this host in.`,
    )
  }
  terminal.say(`Run this as root on ${panel.name}, which sees Rekey call from ${caller}:`)
  tools.handOver(panelScript({ address: caller, profile, commands: await commandsFor(host) }))
  if (isDry) return true
  if (!server) {
    throw new SetupFault(
      `${panel.name} doesn’t answer at port ${panel.port} from here: run this again when it does.`,
    )
  }
  if (!server.isTrusted) {
    terminal.say(`No authority vouches for the panel’s certificate. It is pinned: ${server.fingerprint}`)
    terminal.say('See that the panel’s host prints the same.')
  }
  const key = (await knownKey(host)) ?? (await askForKey(terminal))
  if (!key) return false
  const setup: Setup = {
    host,
    journal,
    tools,
    survey: surveyRemotely(panel, server, await findWebGroup(host)),
    choices: { proof: 'hash', roundcube: 'rekey', host: undefined, sender: undefined, profile },
    door: undefined,
    basePath: '',
    accessKey: async () => key.id,
  }
  if (!(await runSteps(setup, [typedKey(key.secret), service], terminal.say))) return false
  terminal.say(
    `The service is ready. Now put a proxy with TLS before ${SOCKET}: docs/reverse-proxy.md has the files.`,
  )
  terminal.say('To undo all this: rekey setup --undo; the lines above have the undo for the panel.')
  return true
}

/** Puts the secret of the panel's key, which the administrator typed, into its file. */
export function typedKey(secret: string): Step {
  return {
    name: 'typed-key',
    title: 'The key of the panel',
    do: (_setup, changes) => changes.file(SECRET_KEY, rootsOwn(`${secret}\n`)),
  }
}

/** The one that an earlier run was given. */
async function knownKey(host: Host): Promise<TypedKey | undefined> {
  const id = parseSettings((await readText(host, SETTINGS)) ?? '').HESTIA_ACCESS_KEY
  const secret = (await readText(host, SECRET_KEY))?.trim()
  return id && secret ? { id, secret } : undefined
}

async function askForKey(terminal: Terminal): Promise<TypedKey | undefined> {
  const id = await terminal.ask('The ID of the key that was made there (ACCESS_KEY_ID)', '')
  const secret = await terminal.askSecretly('Its secret (SECRET_ACCESS_KEY)')
  if (/^[0-9A-Za-z]{20}$/.test(id) && /^[\w=-]{40}$/.test(secret)) return { id, secret }
  terminal.say(
    id === ''
      ? 'Nothing was changed here: run this again at a terminal, which asks for the key.'
      : 'That is no key of the panel: its ID has 20 letters and digits, its secret 40 characters.',
  )
  return undefined
}

/** Nothing of the panel's host but what can be seen from here. */
function surveyRemotely({ name, port }: RemoteWishes['panel'], server: TlsServer, group: string): Survey {
  return {
    hostName: '',
    panel: {
      version: '',
      port,
      administrator: '',
      isApiOn: true,
      allowed: [],
      url: `https://${name}:${port}`,
      server,
    },
    web: { hasNginx: false, group },
    mailFolders: [],
    webmailHosts: [],
    roundcube: undefined,
    snappyMailSettings: undefined,
    hasDovecot: false,
    hasExim: false,
    hasFail2Ban: false,
    sender: undefined,
  }
}
