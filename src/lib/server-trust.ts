/** How a server's certificate is trusted: by the system's authorities, by the given ones, or as this very one. */
export interface ServerTrust {
  /** PEM of the authorities, or of a self-signed server's own certificate. */
  readonly ca?: string
  /** SHA-256 of the server's certificate: upper-case hex in pairs joined by colons, as openssl prints it. */
  readonly certificateSha256?: string
}

/** What to verify in the handshake. Said in any case: NODE_TLS_REJECT_UNAUTHORIZED could turn Node's own default off. */
export function verificationOf({ ca, certificateSha256 }: ServerTrust) {
  return {
    ...(ca === undefined ? {} : { ca }),
    // A pinned certificate is compared instead, before a byte is sent (`isAsPinned`): stricter than any chain, and true
    // of self-signed ones.
    rejectUnauthorized: certificateSha256 === undefined,
  }
}

/** A socket under TLS, as far as its peer's certificate is concerned. */
interface Peer {
  getPeerX509Certificate(): { readonly fingerprint256: string } | undefined
}

/** Whether the peer shows the pinned certificate, if one is pinned; to be asked after the handshake. */
export function isAsPinned({ certificateSha256 }: ServerTrust, peer: Peer): boolean {
  return (
    certificateSha256 === undefined || peer.getPeerX509Certificate()?.fingerprint256 === certificateSha256
  )
}
