/** How to verify a server's certificate: by the system's authorities, by the given ones, or by a certificate pin. */
export interface ServerTrust {
  /** Certificates in PEM: of the authorities, or a self-signed server's own. */
  readonly ca?: string
  /** The certificate pin: the SHA-256 of the server's certificate as openssl prints it (upper-case hex pairs with colons). */
  readonly certificateSha256?: string
}

/** Options for the TLS handshake. They are always explicit, because NODE_TLS_REJECT_UNAUTHORIZED can turn Node's default off. */
export function verificationOf({ ca, certificateSha256 }: ServerTrust) {
  return {
    ...(ca === undefined ? {} : { ca }),
    // With a pin, `isAsPinned` compares the certificate before anything is sent. That is stricter than any chain, and works for
    // self-signed certificates.
    rejectUnauthorized: certificateSha256 === undefined,
  }
}

/** What `isAsPinned` needs of a TLS socket. */
interface Peer {
  getPeerX509Certificate(): { readonly fingerprint256: string } | undefined
}

/** Whether the peer's certificate matches the pin, if there is one. Call it after the handshake. */
export function isAsPinned({ certificateSha256 }: ServerTrust, peer: Peer): boolean {
  return (
    certificateSha256 === undefined || peer.getPeerX509Certificate()?.fingerprint256 === certificateSha256
  )
}
