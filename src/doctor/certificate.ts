import type { X509Certificate } from 'node:crypto'
import { checkServerIdentity } from 'node:tls'
import type { ServerTrust } from '../lib/server-trust.js'
import { type DoctorCode, type Finding, fault, ok, warning } from './finding.js'
import type { Peer } from './reach.js'

/** Where every panel keeps its certificate, and how its fingerprint is seen there. */
const COMPARE = 'openssl x509 -in /usr/local/hestia/ssl/certificate.crt -noout -fingerprint -sha256'

const UNKNOWN_ISSUER = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/
/** What the certificate's own dates and names tell; in OpenSSL's words it may also be said of another in its chain. */
const TOLD_APART: Readonly<Record<string, DoctorCode>> = {
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-wrong-name',
}

const DAY_MS = 86_400_000
const SOON_DAYS = 14

/** Everything that keeps the panel's certificate from being trusted, as the service trusts it. */
export function examineCertificate(
  host: string,
  { certificate, chainError }: Peer,
  trust: ServerTrust,
  now: Date,
): readonly Finding[] {
  if (trust.certificateSha256 !== undefined) return [examinePin(certificate, trust.certificateSha256)]
  const own = [...nameFaults(host, certificate), ...dateFaults(certificate, now)]
  const isTold = own.some((finding) => 'code' in finding && finding.code === TOLD_APART[chainError ?? ''])
  const faults =
    chainError === undefined || isTold ? own : [...own, chainFault(certificate, chainError, trust)]
  if (faults.length > 0) return faults
  const daysLeft = Math.floor((Date.parse(certificate.validTo) - now.getTime()) / DAY_MS)
  if (daysLeft >= SOON_DAYS) return [ok('tls', `the certificate is trusted, and valid for ${daysLeft} days`)]
  const found = `the certificate is trusted, but only valid for ${daysLeft} days more`
  return [warning('tls', 'tls-expires-soon', found, 'See why the panel has not renewed its certificate.')]
}

function examinePin({ fingerprint256 }: X509Certificate, pin: string): Finding {
  if (fingerprint256 === pin) return ok('tls', 'the certificate is the pinned one')
  const found = `the panel shows another certificate than the pinned one: ${fingerprint256}`
  return fault('tls', 'tls-pin-differs', found, pinFix(fingerprint256))
}

function nameFaults(host: string, certificate: X509Certificate): Finding[] {
  if (checkServerIdentity(host, certificate.toLegacyObject()) === undefined) return []
  const names = namesOf(certificate)
  const found = `the certificate is not for ${host}${names ? `, but for ${names}` : ''}`
  const fix = `Put a name of the certificate into HESTIA_URL, or pin it. ${pinFix(certificate.fingerprint256)}`
  return [fault('tls', 'tls-wrong-name', found, fix)]
}

function dateFaults({ validFrom, validTo, fingerprint256 }: X509Certificate, now: Date): Finding[] {
  if (now.getTime() > Date.parse(validTo)) {
    const fix = `Renew it on the panel, or pin it as it is. ${pinFix(fingerprint256)}`
    return [fault('tls', 'tls-expired', `the certificate expired on ${dayOf(validTo)}`, fix)]
  }
  if (now.getTime() >= Date.parse(validFrom)) return []
  const found = `the certificate is valid only from ${dayOf(validFrom)} on`
  return [fault('tls', 'tls-not-yet-valid', found, 'Set the clock of this host, or that of the panel.')]
}

function chainFault({ fingerprint256 }: X509Certificate, chainError: string, { ca }: ServerTrust): Finding {
  const fix = pinFix(fingerprint256)
  if (!UNKNOWN_ISSUER.test(chainError)) {
    return fault('tls', 'tls-untrusted', `the certificate or its chain is not trusted (${chainError})`, fix)
  }
  const found =
    ca === undefined
      ? 'nobody whom this host knows vouches for the certificate: it is self-signed, or lacks its chain'
      : 'HESTIA_CA_FILE does not vouch for the certificate'
  return fault('tls', 'tls-unknown-issuer', found, fix)
}

function pinFix(fingerprint: string): string {
  return `If the panel itself shows the same by \`${COMPARE}\`, set HESTIA_CERT_SHA256=${fingerprint}`
}

/** A few of its names: what is no name of a host stays out of our text. */
function namesOf({ subjectAltName = '' }: X509Certificate): string {
  const names = [...subjectAltName.matchAll(/(?:DNS|IP Address):([\w.*:-]{1,253})(?=,|$)/g)]
  return names
    .slice(0, 5)
    .map(([, name]) => name)
    .join(', ')
}

function dayOf(date: string): string {
  return new Date(date).toISOString().slice(0, 10)
}
