import * as z from 'zod'
import type { HostingAccount } from '../core/panel-port.js'
import { parseClientAddress } from '../lib/ip-address.js'
import { parseJson } from './parse-json.js'

/** What Rekey needs of `v-list-user USER json`. `TWOFA` contains the two-factor secret. */
const accountRecord = z.object({
  ROLE: z.string(),
  SUSPENDED: z.string(),
  TWOFA: z.string(),
  LOGIN_DISABLED: z.string(),
  LOGIN_USE_IPLIST: z.string(),
  LOGIN_ALLOW_IPS: z.string(),
  CONTACT: z.string().default(''),
  LANGUAGE: z.string().default(''),
})

const records = z.record(z.string(), accountRecord)

/**
 * Undefined if the output is unreadable or about another account. Older panels leave a flag empty that was never set, so only
 * `yes` means yes.
 */
export function parseAccountRecord(username: string, json: string): HostingAccount | undefined {
  const record = records.safeParse(parseJson(json)).data?.[username]
  if (!record) return undefined
  return {
    administrator: record.ROLE === 'admin',
    suspended: record.SUSPENDED === 'yes',
    loginDisabled: record.LOGIN_DISABLED === 'yes',
    twoFactor: record.TWOFA !== '',
    allowedAddresses: record.LOGIN_USE_IPLIST === 'yes' ? parseAddresses(record.LOGIN_ALLOW_IPS) : undefined,
    contact: z.regexes.html5Email.test(record.CONTACT) ? record.CONTACT : undefined,
    language: record.LANGUAGE,
  }
}

function parseAddresses(list: string): string[] {
  return list.split(',').flatMap((entry) => parseClientAddress(entry) ?? [])
}
