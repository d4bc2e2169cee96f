import type { Logger } from 'pino'
import type { RecoveryStore } from '../config/recovery-store.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import type { FolderEvent } from '../store/folder-store.js'
import type { SharedStore } from '../store/shared-store.js'

const NOT_SAVED =
  'Redis saves nothing to disk: a restart loses recovery addresses, and used links work again. Set `appendonly yes`.'

const SNAPSHOTS_ALONE =
  'Redis saves only snapshots: a crash loses everything since the last one. Set `appendonly yes`.'

const UNCHECKED =
  'Rekey can’t check whether Redis saves its data. Allow `INFO` and `CONFIG GET` for Rekey’s user, or check yourself that `appendonly` is `yes`.'

const FOLDER_DETAILS = {
  'recovery-store-locked':
    'another process uses the folder: run one instance, or set REKEY_RECOVERY_STORE=redis',
  'recovery-store-newer': 'a newer version of Rekey wrote the file in the folder: run that version',
  'recovery-store-unusable':
    'the folder can’t be used: check that it exists and that Rekey’s user can write to it',
}

/** `refused`: the store can't be used; the log says why. */
export type OpenedRecoveryStore = DurableStore | undefined | 'refused'

/** Opens the recovery store, if one is configured. Logs a fault or a warning if a restart may lose its data. */
export async function openRecoveryStore(
  wanted: RecoveryStore | undefined,
  { durable }: SharedStore,
  logger: Logger,
): Promise<OpenedRecoveryStore> {
  if (wanted?.kind === 'folder') return openFolder(wanted.directory, logger)
  if (wanted === undefined || durable === undefined) return undefined
  const { kind, reason } = await durable.readPersistence()
  if (kind === 'none') logger.error({ event: 'recovery-store-not-saved', detail: NOT_SAVED })
  else if (kind === 'snapshots') logger.warn({ event: 'recovery-store-snapshots', detail: SNAPSHOTS_ALONE })
  else if (kind === 'unknown') logger.warn({ event: 'recovery-store-unchecked', reason, detail: UNCHECKED })
  return durable
}

async function openFolder(directory: string, logger: Logger): Promise<OpenedRecoveryStore> {
  const { FolderUnusable, openFolderStore } = await import('../store/folder-store.js')
  function report(event: FolderEvent): void {
    if (event.event === 'recovery-store-ready') logger.info(event)
    else if (event.event === 'recovery-store-failed') logger.error(event)
    else logger.warn(event)
  }
  try {
    return await openFolderStore(directory, { now: Date.now, report })
  } catch (error) {
    if (!(error instanceof FolderUnusable)) throw error
    const { code, errorCode } = error
    logger.fatal({ event: code, directory, errorCode, detail: FOLDER_DETAILS[code] })
    return 'refused'
  }
}
