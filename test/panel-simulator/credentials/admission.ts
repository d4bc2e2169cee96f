import { checkUserActive } from '../commands/checks.js'
import { CHANGE } from '../commands/command-names.js'
import { userArgumentIndex } from '../commands/commands.js'
import { exitCodes } from '../commands/outcome.js'
import { type PanelRequest, trim } from '../server/panel-request.js'
import type { PanelState } from '../state/panel-state.js'
import type { Switches } from '../state/switches.js'
import { type AccessKeyCredentials, simulatorCredentials } from './credentials.js'

/** A request that is refused before its command runs. */
export interface Refusal {
  readonly code: number
  readonly text: string
  /** Text that the panel prints before its response, even before a bare code. */
  readonly printedBefore?: string
  /** Whether the key was right, but lacks permission for the command. */
  readonly missesPermission?: true
}

interface AccessKey {
  readonly id: string
  readonly secret: string
  readonly user: string
  /** Undefined for every command. */
  commands(switches: Switches): readonly string[] | undefined
}

const { accessKey, secretKey, apiKey, adminUser, changeOnly, aliceOnly } = simulatorCredentials

const ACCESS_KEYS: readonly AccessKey[] = [
  {
    id: accessKey,
    secret: secretKey,
    user: adminUser,
    commands: ({ permittedCommands }) => permittedCommands,
  },
  {
    id: changeOnly.accessKey,
    secret: changeOnly.secretKey,
    user: adminUser,
    commands: () => [CHANGE],
  },
  { id: aliceOnly.accessKey, secret: aliceOnly.secretKey, user: 'alice', commands: () => undefined },
]

const ADDRESS_REFUSED: Refusal = {
  code: exitCodes.forbidden,
  text: 'IP is not allowed to connect with API',
}

/** Checks whether an access key may run the request's command, in the panel's order. */
export function refuseAccessKey(
  { id, secret }: AccessKeyCredentials,
  request: PanelRequest,
  panel: PanelState,
): Refusal | undefined {
  const { switches } = panel
  if (!switches.accessKeyApi) return { code: exitCodes.disabled, text: 'API has been disabled' }
  if (!switches.addressAllowed) return ADDRESS_REFUSED
  const refused = refuseCommand(request)
  if (refused) return refused
  if (id === '' || secret === '') return wrongKey('Authentication failed')
  if (!/^[a-z\d]{20}$/i.test(id)) return wrongKey(`invalid access_key_id format :: ${id}`)
  const key = switches.keyRevoked ? undefined : ACCESS_KEYS.find((candidate) => candidate.id === id)
  if (!key) return wrongKey(`key ${id} doesn't exist`)
  if (!/^[\w|.+/^~=%-]{40}$/.test(secret)) return wrongKey('invalid secret_access_key format')
  if (secret !== key.secret) return wrongKey(`Invalid secret key for key ${id}`)
  return refusePermission(key, request, panel)
}

/** Checks whether an API key, or the administrator's name and password, may use the API. */
export function refuseLegacyCredentials(request: PanelRequest, panel: PanelState): Refusal | undefined {
  const { switches } = panel
  if (!switches.legacyApi) {
    const printedBefore = 'Error: API has been disabled'
    return { code: exitCodes.disabled, text: 'API Disabled', printedBefore }
  }
  if (!switches.addressAllowed) return ADDRESS_REFUSED
  const hash = request.fields.get('hash')
  if (hash) {
    if (hash !== apiKey || switches.keyRevoked) return wrongKey('authentication failed')
  } else {
    if (request.fields.get('user') !== adminUser) {
      return { code: exitCodes.forbidden, text: 'authentication failed' }
    }
    const password = panel.accounts.get(adminUser)?.password
    if (request.fields.get('password') !== password) return wrongKey('authentication failed')
  }
  return refuseCommand(request)
}

function refuseCommand({ command }: PanelRequest): Refusal | undefined {
  if (command === '') return { code: exitCodes.invalid, text: 'Command not provided' }
  if (/^[\w-]+$/.test(command)) return undefined
  return { code: exitCodes.invalid, text: `${command} command invalid` }
}

function refusePermission(key: AccessKey, request: PanelRequest, panel: PanelState): Refusal | undefined {
  const { id, user } = key
  const permitted = key.commands(panel.switches)
  const { command, fields } = request
  const userIndex = userArgumentIndex(command)
  // A key of another account finds only commands with an account as an argument.
  if (userIndex === undefined || (user !== adminUser && userIndex < 0)) {
    return missingPermission(`Command ${command} not found`)
  }
  if (permitted !== undefined && !permitted.includes(command)) {
    return missingPermission(`Key ${id} don't have permission to run the command ${command}`)
  }
  const suspended = checkUserActive(panel, user)
  if (suspended) return wrongKey(suspended.output)
  if (user !== adminUser && trim(fields.get(`arg${userIndex + 1}`) ?? '') !== user) {
    const text = `Key ${id} - the "user" argument doesn\\'t match the key\\'s user`
    return { code: exitCodes.forbidden, text }
  }
  return undefined
}

function wrongKey(text: string): Refusal {
  return { code: exitCodes.password, text }
}

function missingPermission(text: string): Refusal {
  return { code: exitCodes.forbidden, text, missesPermission: true }
}
