import { trim } from '../server/panel-request.js'

/** The credentials that every simulator accepts. The keys are as long as the panel's. */
export const simulatorCredentials = {
  accessKey: 'HESTIASIMULATORKEY01',
  secretKey: 'hestia-simulator-secret-0123456789-abcde',
  apiKey: 'hestiaSimulatorApiKey01234567890',
  adminUser: 'admin',
  adminPassword: 'Adm1n-secret',
  /** May only change mailbox passwords. */
  changeOnly: {
    accessKey: 'CHANGEONLYSIMULATOR1',
    secretKey: 'change-only-simulator-secret-0123456789a',
  },
  /** Belongs to the hosting account alice, and runs commands only for it. */
  aliceOnly: {
    accessKey: 'ALICESIMULATORKEY001',
    secretKey: 'alice-only-simulator-secret-0123456789ab',
  },
} as const

export interface AccessKeyCredentials {
  readonly kind: 'access-key'
  readonly id: string
  readonly secret: string
}

/** The kind of credentials in a request, or undefined if there are none. */
export function readCredentials(
  fields: ReadonlyMap<string, string>,
): AccessKeyCredentials | { readonly kind: 'legacy' } | undefined {
  const hash = fields.get('hash')
  const [joinedId, joinedSecret, ...others] = hash?.split(':') ?? []
  const joined = joinedId?.length === 20 && joinedSecret?.length === 40 && others.length === 0
  const id = fields.get('access_key') ?? (joined ? joinedId : undefined)
  const secret = fields.get('secret_key') ?? (joined ? joinedSecret : undefined)
  if (id !== undefined && secret !== undefined)
    return { kind: 'access-key', id: trim(id), secret: trim(secret) }
  return hash !== undefined || fields.has('user') ? { kind: 'legacy' } : undefined
}
