import { accessSync, constants, statSync } from 'node:fs'
import * as z from 'zod'
import { MAX_FOLDER_PATH_BYTES } from '../store/folder-lock.js'
import { type AddFault, type Environment, errorCode, isSecretSet } from './environment.js'
import type { ValuesOf } from './fields.js'

const KINDS = ['redis', 'folder'] as const

export const title = 'The recovery store'

export const variables = {
  REKEY_RECOVERY_STORE: z
    .enum(KINDS, `must be one of ${KINDS.join(', ')}`)
    .optional()
    .describe(
      'Where Rekey keeps recovery data: in Redis, which must [save its data](operations.md#the-recovery-store), or, with one instance, in a folder. By default it keeps none.',
    )
    .meta({ values: KINDS.map((kind) => `\`${kind}\``).join(', ') }),
  REKEY_DATA_DIR: z
    .string()
    .optional()
    .describe(
      'The folder for `REKEY_RECOVERY_STORE=folder`, on a local disk. Only Rekey’s user and group may have access. Default: the first one in `STATE_DIRECTORY`.',
    ),
  STATE_DIRECTORY: z
    .string()
    .optional()
    .describe('Set by systemd: the service’s folder, the default of `REKEY_DATA_DIR`.'),
}

type Values = ValuesOf<typeof variables>

/** Where recovery data is kept, so that it outlasts a restart. */
export type RecoveryStore =
  | { readonly kind: 'redis' }
  | { readonly kind: 'folder'; readonly directory: string }

/** The recovery store. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  return {
    /** Undefined if there is none. */
    recoveryStore: selectStore(values, addFault, environment),
  }
}

function selectStore(
  { REKEY_RECOVERY_STORE: kind, REKEY_DATA_DIR: own, STATE_DIRECTORY: state }: Values,
  addFault: AddFault,
  environment: Environment,
): RecoveryStore | undefined {
  const hasRedis = isSecretSet(environment, 'REKEY_REDIS_URL')
  if (own !== undefined && kind !== 'folder') {
    addFault('REKEY_DATA_DIR is set, but REKEY_RECOVERY_STORE is not folder')
  }
  if (kind === undefined) return undefined
  if (kind === 'redis') {
    if (!hasRedis) addFault('REKEY_RECOVERY_STORE is redis, but REKEY_REDIS_URL is not set')
    return Object.freeze({ kind })
  }
  if (hasRedis) {
    addFault(
      'REKEY_RECOVERY_STORE is folder, which works for one instance only, but REKEY_REDIS_URL is set: use redis',
    )
  }
  const variable = own === undefined ? 'STATE_DIRECTORY' : 'REKEY_DATA_DIR'
  const directory = own ?? state?.split(':')[0]
  if (directory === undefined) {
    addFault(
      'REKEY_DATA_DIR must be set, because REKEY_RECOVERY_STORE is folder and STATE_DIRECTORY is not set',
    )
    return undefined
  }
  addFolderFaults(variable, directory, addFault)
  return Object.freeze({ kind, directory })
}

/** The permissions of all other users, as in chmod(2). */
const OTHERS = 0o007

function addFolderFaults(variable: string, directory: string, addFault: AddFault): void {
  if (!directory.startsWith('/') || Buffer.byteLength(directory) > MAX_FOLDER_PATH_BYTES) {
    addFault(`${variable} must be an absolute path of at most ${MAX_FOLDER_PATH_BYTES} bytes`)
    return
  }
  try {
    const found = statSync(directory)
    if (!found.isDirectory()) {
      addFault(`${variable} must be a folder, not a file`)
      return
    }
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    if (found.mode & OTHERS) addFault(`${variable} is open to all users: run chmod o= on it`)
  } catch (error) {
    addFault(`${variable} can't be written to (${errorCode(error)})`)
  }
}
