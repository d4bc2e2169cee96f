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

/** The options of the command line for a panel on another host. */
export interface RemoteWishes {
  /** The host name of the panel, and its port. */
  readonly panel: { readonly name: string; readonly port: number }
  /** This host's address as the panel sees it; undefined if it is this host's own. */
  readonly address: string | undefined
  readonly profile: string | undefined
}

/** The key that the administrator made on the panel's host. */
interface TypedKey {
  readonly id: string
  readonly secret: string
}

/** Sets up this host for a panel on another host: prints the commands for that host, asks for the key, and starts the service. */
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
      `${panel.name} doesn’t answer at port ${panel.port}. Open the port for this host in the firewall there.`,
    )
  }
  terminal.say(`Run this as root on ${panel.name}, which sees this host as ${caller}:`)
  tools.handOver(panelScript({ address: caller, profile, commands: await commandsFor(host) }))
  if (isDry) return true
  if (!server) {
    throw new SetupFault(`${panel.name} doesn’t answer at port ${panel.port}. Run this again when it does.`)
  }
  if (!server.isTrusted) {
    terminal.say(`The panel’s certificate is self-signed. Rekey will pin it: ${server.fingerprint}`)
    terminal.say('Compare this with the fingerprint that the panel’s host prints.')
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
    `The service is ready. Now set up a proxy with TLS for ${SOCKET}: docs/reverse-proxy.md has example files.`,
  )
  terminal.say('To undo the setup: rekey setup --undo. The panel’s host has printed how to undo its part.')
  return true
}

/** The step that writes the secret of the panel's key to its file. */
export function typedKey(secret: string): Step {
  return {
    name: 'typed-key',
    title: 'The access key',
    do: (_setup, changes) => changes.file(SECRET_KEY, rootsOwn(`${secret}\n`)),
  }
}

/** The key from an earlier run. */
async function knownKey(host: Host): Promise<TypedKey | undefined> {
  const id = parseSettings((await readText(host, SETTINGS)) ?? '').HESTIA_ACCESS_KEY
  const secret = (await readText(host, SECRET_KEY))?.trim()
  return id && secret ? { id, secret } : undefined
}

async function askForKey(terminal: Terminal): Promise<TypedKey | undefined> {
  const id = await terminal.ask('The ID of the key that was made on the panel (ACCESS_KEY_ID)', '')
  const secret = await terminal.askSecretly('Its secret (SECRET_ACCESS_KEY)')
  if (/^[0-9A-Za-z]{20}$/.test(id) && /^[\w=-]{40}$/.test(secret)) return { id, secret }
  terminal.say(
    id === ''
      ? 'Nothing was changed on this host. Run this again in a terminal, where it can ask for the key.'
      : 'That isn’t an access key: the ID has 20 letters and digits, and the secret has 40 characters.',
  )
  return undefined
}

/** What this host can see of the panel's host. */
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
