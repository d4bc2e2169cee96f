import { domainToASCII } from 'node:url'
import * as z from 'zod'
import { isLoopback, withoutBrackets } from '../lib/ip-address.js'
import type { Secret } from '../lib/secret.js'
import type { ServerTrust } from '../lib/server-trust.js'
import type { SmtpServer } from '../notification/smtp-session.js'
import { type AddFault, type Environment, isSecretSet } from './environment.js'
import { fault, fingerprint, flag, isHost, SECRET, secret, url, type ValuesOf } from './fields.js'
import { selectTrust } from './trust.js'
import { passwordHint, readLogin, selectPassword } from './url-password.js'

/** RFC 8314 section 3.3 and RFC 6409 section 3.1. */
const PORTS = { 'smtps:': 465, 'smtp:': 587 } as const

/** `NAME <ADDRESS>`, with or without quotes around the name (RFC 5322 section 3.4). */
const NAMED_ADDRESS = /^(?:"(?<quoted>[^"\\\p{Cc}]*)"|(?<plain>[^<>"\p{Cc}]*))\s*<(?<address>[^<>]+)>$/u

export const title = 'Notifications'

export const variables = {
  REKEY_SMTP_URL: smtpUrl().describe(
    'The mail server that sends a notification after each change, such as `smtp://NAME:PASSWORD@mail.example.com:587`. `smtp://` uses STARTTLS (on the loopback only if the server offers it); `smtps://` uses TLS from the start (port 465).',
  ),
  REKEY_SMTP_PASSWORD: secret().describe(
    'The password for that server, without percent-encoding. Then leave it out of `REKEY_SMTP_URL`.',
  ),
  REKEY_SMTP_CA_FILE: z
    .string()
    .optional()
    .describe(
      'As `HESTIA_CA_FILE`, for that server. `smtp://` then requires STARTTLS with this certificate on the loopback too.',
    ),
  REKEY_SMTP_CERT_SHA256: fingerprint().optional().describe('As `HESTIA_CERT_SHA256`, for that server.'),
  REKEY_SMTP_HELO: fullHostName().describe(
    'The full host name that Rekey sends to that server (EHLO). Default: the domain in `REKEY_MAIL_FROM`.',
  ),
  REKEY_NOTIFY_OWNER: flag(false).describe(
    'Whether Rekey also notifies the hosting account’s owner, at the address in the panel (`CONTACT`).',
  ),
  REKEY_MAIL_FROM: mailFrom().describe(
    'Required with `REKEY_SMTP_URL`: the sender, such as `Example Mail <postmaster@example.com>`.',
  ),
}

type Values = ValuesOf<typeof variables>

/** The mail that Rekey sends. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  return {
    /** Undefined if Rekey sends no mail. */
    mail: selectMail(values, addFault, environment),
    notifyOwner: values.REKEY_NOTIFY_OWNER,
  }
}

/** A mail server, optionally with a name, or with a name and a password, both percent-encoded. */
function smtpUrl() {
  const message = 'must be the address of a mail server, such as smtp://NAME:PASSWORD@mail.example.com:587'
  return url(message, parseAddress, passwordHint('REKEY_SMTP')).optional().meta(SECRET)
}

/** The server, as the URL describes it. */
interface Address {
  readonly host: string
  readonly port: number
  /** TLS from the start. */
  readonly secure: boolean
  /** On the loopback. */
  readonly isNear: boolean
  /** Empty if there is no login. */
  readonly username: string
  readonly password: Secret | undefined
}

function parseAddress(url: URL): Address | undefined {
  const { protocol, hostname, port } = url
  if (protocol !== 'smtp:' && protocol !== 'smtps:') return undefined
  if (!isHost(hostname) || port === '0' || url.search || url.hash || !/^\/?$/.test(url.pathname))
    return undefined
  const login = readLogin(url)
  if (!login || (login.password && !login.username)) return undefined
  return {
    host: withoutBrackets(hostname),
    port: Number(port || PORTS[protocol]),
    secure: protocol === 'smtps:',
    isNear: isLoopback(hostname),
    ...login,
  }
}

/** A host name with a domain, which EHLO requires (RFC 5321 section 4.1.4). */
function fullHostName() {
  const message = 'must be a full host name, such as rekey.example.com'
  return z.string().transform(domainToASCII).refine(isFullHostName, message).optional()
}

/** Labels of letters, digits and hyphens, but not an IPv4 address (RFC 1123 section 2.1). */
function isFullHostName(name: string): boolean {
  return name.length <= 253 && /^(?:(?!-)[a-z\d-]{1,63}(?<!-)\.)+(?!\d+$|-)[a-z\d-]{1,63}(?<!-)$/.test(name)
}

/** `ADDRESS`, or `NAME <ADDRESS>`. It needn't be a mailbox of the panel. */
function mailFrom() {
  const message = 'must be an address, or a name and an address, such as Example <postmaster@example.com>'
  return z
    .string()
    .transform((value, context) => {
      const { quoted, plain, address = value } = NAMED_ADDRESS.exec(value)?.groups ?? {}
      const [, localPart = '', domain = ''] = /^([^@]+)@([^@]+)$/.exec(address) ?? []
      const ascii = `${localPart}@${domainToASCII(domain)}`
      if (!z.regexes.html5Email.test(ascii)) return fault(context, message)
      return { name: (quoted ?? plain ?? '').trim(), address: ascii }
    })
    .optional()
}

/** The server and the sender, or neither. A variable that would have no effect is an error. */
function selectMail(values: Values, addFault: AddFault, environment: Environment) {
  const { REKEY_SMTP_URL: address, REKEY_MAIL_FROM: from, ...others } = values
  if (!isSecretSet(environment, 'REKEY_SMTP_URL')) {
    for (const name of Object.keys(variables) as (keyof Values)[]) {
      if (values[name] !== undefined && values[name] !== false)
        addFault(`${name} is set, but REKEY_SMTP_URL is not`)
    }
    return undefined
  }
  if (!environment.REKEY_MAIL_FROM) addFault('REKEY_MAIL_FROM must be set, because REKEY_SMTP_URL is')
  const { REKEY_SMTP_CA_FILE: caFile, REKEY_SMTP_CERT_SHA256: certificateSha256 } = others
  const trust = selectTrust('REKEY_SMTP', caFile, certificateSha256, addFault)
  if (!address || !from) return undefined
  const login = selectLogin(address, others.REKEY_SMTP_PASSWORD, addFault)
  const helo = others.REKEY_SMTP_HELO ?? from.address.slice(from.address.indexOf('@') + 1)
  if (!isFullHostName(helo)) {
    addFault('REKEY_SMTP_HELO must be set, because the domain in REKEY_MAIL_FROM isn’t a full host name')
  }
  const { host, port } = address
  const server = Object.freeze({ host, port, helo, tls: tlsOf(address, trust), trust, login })
  return Object.freeze({ server, from })
}

function tlsOf({ secure, isNear }: Address, trust: ServerTrust): SmtpServer['tls'] {
  if (secure) return 'implicit'
  return isNear && Object.keys(trust).length === 0 ? 'offered' : 'starttls'
}

/** A name and its password, or neither. */
function selectLogin(
  { username, password: inUrl }: Address,
  ownVariable: Secret | undefined,
  addFault: AddFault,
): SmtpServer['login'] {
  const password = selectPassword('REKEY_SMTP', inUrl, ownVariable, addFault)
  if (username && !password) {
    addFault('REKEY_SMTP_URL has a name but no password: add one, or set REKEY_SMTP_PASSWORD')
  }
  if (!username && password) addFault('REKEY_SMTP_PASSWORD is set, but REKEY_SMTP_URL has no name')
  return username && password ? { username, password } : undefined
}
