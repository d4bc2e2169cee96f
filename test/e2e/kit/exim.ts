import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { type ParsedMessage, parseMessage } from '../../kit/mail-text.js'
import { type Dovecot, ordinaryAccount } from './dovecot.js'
import { freePort, startProgram } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** Exim, which delivers to Dovecot's mailboxes. */
export interface Exim {
  readonly port: number
  /** The mails to an address about a mailbox, in the order of arrival, as soon as there are at least `count`. */
  mailsTo(address: string, mailbox: string, count: number): Promise<ParsedMessage[]>
}

/** @param addresses mailboxes; mail to others is refused */
export async function startExim({ mailDirectory }: Dovecot, addresses: readonly string[]): Promise<Exim> {
  const directory = scratchDirectory('exim')
  const port = await freePort()
  const account = ordinaryAccount()
  const folderOf = (address: string): string => address.split('@').toReversed().join('/')
  for (const name of ['spool', 'log']) {
    mkdirSync(join(directory, name))
    chownSync(join(directory, name), account.uid, account.gid)
  }
  const mailboxes = join(directory, 'mailboxes')
  writeFileSync(mailboxes, addresses.map((address) => `${address}: ${folderOf(address)}\n`).join(''))
  const config = join(directory, 'exim.conf')
  writeFileSync(
    config,
    `primary_hostname = mail.example.com
exim_user = ${account.name}
exim_group = ${account.group}
spool_directory = ${directory}/spool
log_file_path = ${directory}/log/%slog
pid_file_path = ${directory}/spool/exim.pid
deliver_drop_privilege
local_interfaces = 127.0.0.1
tls_advertise_hosts =
disable_ipv6
keep_environment =
acl_smtp_rcpt = recipient
begin acl
recipient:
  require verify = recipient
  accept
begin routers
mailboxes:
  driver = accept
  # Exim refuses a path that was made from the message, so it is looked up.
  address_data = \${lookup{$local_part@$domain}lsearch{${mailboxes}}{$value}fail}
  transport = delivery
begin transports
delivery:
  driver = appendfile
  maildir_format
  directory = ${mailDirectory}/$address_data
`,
  )
  const program = startProgram('exim4', ['-bdf', '-oX', String(port), '-C', config], {
    uid: account.uid,
    gid: account.gid,
  })
  await program.listening(port)

  function mailsIn(address: string): ParsedMessage[] {
    const folder = join(mailDirectory, folderOf(address))
    const places = ['new', 'cur'].map((name) => join(folder, name)).filter((place) => existsSync(place))
    return places
      .flatMap((place) => readdirSync(place).map((name) => ({ name, path: join(place, name) })))
      .toSorted((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }))
      .map(({ path }) => parseMessage(readFileSync(path, 'utf8').replaceAll('\n', '\r\n')))
  }

  return {
    port,
    async mailsTo(address, mailbox, count) {
      return await vi.waitUntil(
        () => {
          const mails = mailsIn(address).filter(({ text }) => text.includes(mailbox))
          return mails.length >= count && mails
        },
        { timeout: 10_000, interval: 20 },
      )
    },
  }
}
