/** How a server's certificate is trusted: by the system's authorities, by the given ones, or as this very one. */
export interface ServerTrust {
  /** PEM of the authorities, or of a self-signed server's own certificate. */
  readonly ca?: string
  /** SHA-256 of the server's certificate: upper-case hex in pairs joined by colons, as openssl prints it. */
  readonly certificateSha256?: string
}
