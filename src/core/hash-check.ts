import type { Secret } from '../lib/secret.js'

/**
 * Tells whether a mailbox's stored hash, in Dovecot's form, accepts a password. Rejects with a `PanelFault`
 * (`panel-failed`) that names the scheme if the hash is of an unknown scheme or cannot be read.
 */
export type HashCheck = (password: Secret, storedHash: Secret) => Promise<boolean>
