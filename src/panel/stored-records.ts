import type { StoredMailbox } from '../core/panel-port.js'
import { Secret } from '../core/secret.js'
import { words } from './words.js'

/**
 * The records that the panel quotes when a name matches several mailboxes (transcripts, `john.doe`), empty if the
 * text is not of that kind. The values are in single quotes, which neither a name nor a hash can hold.
 */
export function parseStoredRecords(text: string): StoredMailbox[] {
  if (!words.severalRecords.test(text)) return []
  return text
    .split(/(?=\bACCOUNT=')/)
    .slice(1)
    .flatMap((record) => {
      const localPart = fieldOf(record, 'ACCOUNT')
      const hash = fieldOf(record, 'MD5')
      return localPart === undefined || hash === undefined ? [] : [{ localPart, hash: new Secret(hash) }]
    })
}

function fieldOf(record: string, key: 'ACCOUNT' | 'MD5'): string | undefined {
  return new RegExp(`\\b${key}='([^']*)'`).exec(record)?.[1]
}
