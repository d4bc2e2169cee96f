import { createHash } from 'node:crypto'
import type { Secret } from '../lib/secret.js'

/** Rekey's key to the panel, in one of the panel's kinds. */
export type PanelCredentials =
  | { readonly kind: 'access-key'; readonly accessKey: Secret; readonly secretKey: Secret }
  /** The legacy key of 32 characters, or an access key and its secret, joined by a colon. */
  | { readonly kind: 'api-key'; readonly key: Secret }
  | { readonly kind: 'admin-password'; readonly user: string; readonly password: Secret }

/** Whether the panel gives its older answers, which say less (docs/hestia.md, "Reading an answer"). */
export function isLegacy(credentials: PanelCredentials): boolean {
  return (
    credentials.kind === 'admin-password' ||
    (credentials.kind === 'api-key' && !credentials.key.reveal().includes(':'))
  )
}

/** The form fields with the credentials. */
export function credentialFields(credentials: PanelCredentials): Record<string, string> {
  switch (credentials.kind) {
    case 'access-key':
      return { access_key: credentials.accessKey.reveal(), secret_key: credentials.secretKey.reveal() }
    case 'api-key':
      return { hash: credentials.key.reveal() }
    case 'admin-password':
      return { user: credentials.user, password: credentials.password.reveal() }
  }
}

/**
 * Identifies a key without revealing it. A generated key is too long to guess from its digest; an administrator's password isn't,
 * so only the name is included.
 */
export function keyIdOf(url: URL, credentials: PanelCredentials): string {
  const { password: _, ...known } = credentialFields(credentials)
  return createHash('sha256')
    .update(JSON.stringify([url.origin, known]))
    .digest('base64url')
}
