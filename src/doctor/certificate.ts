import type { X509Certificate } from 'node:crypto'
import { checkServerIdentity } from 'node:tls'
import type { ServerTrust } from '../lib/server-trust.js'
import { type DoctorCode, type Finding, fault, ok, warning } from './finding.js'
import type { Peer } from './reach.js'

/** Prints the fingerprint of the panel's certificate, on the panel's host. */
const COMPARE = 'openssl x509 -in /usr/local/hestia/ssl/certificate.crt -noout -fingerprint -sha256'

const UNKNOWN_ISSUER = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/
/**
 * OpenSSL's errors that the certificate's own dates and names explain. If they don't, the error is about another certificate in the
 * chain.
 */
const TOLD_APART: Readonly<Record<string, DoctorCode>> = {
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-wrong-name',
}

const DAY_MS = 86_400_000
const SOON_DAYS = 14

/** Checks the panel's certificate as the service does, and finds all problems with it. */
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
  const found = `the certificate is trusted, but expires in ${daysLeft} days`
  const fix = 'Find out why the panel hasn’t renewed its certificate.'
  return [warning('tls', 'tls-expires-soon', found, fix)]
}

function examinePin({ fingerprint256 }: X509Certificate, pin: string): Finding {
  if (fingerprint256 === pin) return ok('tls', 'the certificate matches the pin')
  const found = `the panel’s certificate doesn’t match the pin; its fingerprint is ${fingerprint256}`
  return fault('tls', 'tls-pin-differs', found, pinFix(fingerprint256))
}

function nameFaults(host: string, certificate: X509Certificate): Finding[] {
  if (checkServerIdentity(host, certificate.toLegacyObject()) === undefined) return []
  const names = namesOf(certificate)
  const found = `the certificate isn’t for ${host}${names ? `: it is for ${names}` : ''}`
  const fix = `Use a name from the certificate in HESTIA_URL, or pin the certificate. ${pinFix(certificate.fingerprint256)}`
  return [fault('tls', 'tls-wrong-name', found, fix)]
}

function dateFaults({ validFrom, validTo, fingerprint256 }: X509Certificate, now: Date): Finding[] {
  if (now.getTime() > Date.parse(validTo)) {
    const fix = `Renew it on the panel, or pin it. ${pinFix(fingerprint256)}`
    return [fault('tls', 'tls-expired', `the certificate expired on ${dayOf(validTo)}`, fix)]
  }
  if (now.getTime() >= Date.parse(validFrom)) return []
  const found = `the certificate isn’t valid before ${dayOf(validFrom)}`
  const fix = 'Correct the clock of this host or of the panel, whichever is wrong.'
  return [fault('tls', 'tls-not-yet-valid', found, fix)]
}

function chainFault({ fingerprint256 }: X509Certificate, chainError: string, { ca }: ServerTrust): Finding {
  const fix = pinFix(fingerprint256)
  if (!UNKNOWN_ISSUER.test(chainError)) {
    return fault('tls', 'tls-untrusted', `the certificate or its chain isn’t trusted (${chainError})`, fix)
  }
  const found =
    ca === undefined
      ? 'no authority that this host trusts has signed the certificate: it is self-signed, or its chain is incomplete'
      : 'the authority in HESTIA_CA_FILE hasn’t signed the certificate'
  return fault('tls', 'tls-unknown-issuer', found, fix)
}

function pinFix(fingerprint: string): string {
  return `If \`${COMPARE}\` on the panel prints the same fingerprint, set HESTIA_CERT_SHA256=${fingerprint}`
}

/** Up to five host names and addresses in the certificate. Leaves out anything else that it contains. */
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
