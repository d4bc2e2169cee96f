import { type Host, readText } from './host.js'

/** The panel's folder. It is the same on every host. */
export const HESTIA = '/usr/local/hestia'

/** An access key of the panel, without its secret. */
export interface AccessKey {
  readonly id: string
  /** The names of its permission profiles. */
  readonly profiles: readonly string[]
  readonly comment: string
}

/** The permission profile of Rekey's keys. */
export const DEFAULT_PROFILE = 'mail-password'

/** The comment of the keys that Rekey makes. */
export const KEY_COMMENT = 'rekey'

/** The lines `NAME='VALUE'` of one of the panel's files. */
export function parsePanelFile(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]))
}

export async function listKeys(host: Host): Promise<AccessKey[]> {
  const keys: AccessKey[] = []
  for (const id of await host.list(`${HESTIA}/data/access-keys`)) {
    const values = parsePanelFile((await readText(host, `${HESTIA}/data/access-keys/${id}`)) ?? '')
    keys.push({
      id,
      profiles: (values.get('PERMISSIONS') ?? '').split(','),
      comment: values.get('COMMENT') ?? '',
    })
  }
  return keys
}

/** The keys that Rekey made with this profile. */
export async function keysOf(host: Host, profile: string): Promise<AccessKey[]> {
  const keys = await listKeys(host)
  return keys.filter(
    ({ profiles, comment }) => comment === KEY_COMMENT && profiles.length === 1 && profiles[0] === profile,
  )
}
