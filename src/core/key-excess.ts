/** What the service's key to the panel may do beyond what is needed. */
export type KeyExcess =
  /** A kind of key that may run every command. */
  | { readonly code: 'legacy-key'; readonly kind: 'api-key' | 'admin-password' }
  /** An access key that may run a command which is not needed. */
  | { readonly code: 'key-may-do-more'; readonly command: string }

/** Finds out whether the key may do more than is needed; undefined if nothing of the kind was found. */
export type FindKeyExcess = () => Promise<KeyExcess | undefined>
