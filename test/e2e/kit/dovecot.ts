import { execFile, execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createCertificate } from '../../panel-simulator/server/certificate.js'
import type { HashPassword } from '../../panel-simulator/state/stored-hashes.js'
import { freePort, PATH, startProgram } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** A real mail server with the panel's login files. */
export interface Dovecot {
  /** Without TLS, or with STARTTLS. */
  readonly imapPort: number
  readonly imapsPort: number
  /** A PEM file with the authority of its certificate. */
  readonly caFile: string
  /** Its mailboxes, `DOMAIN/LOCAL-PART` each, as a Maildir. */
  readonly mailDirectory: string
  /** Whether the mail server accepts this password for the mailbox. */
  accepts(address: string, password: string): Promise<boolean>
  /** The last mail of the inbox, as an IMAP client reads it; undefined if the password is refused. */
  readLastMail(address: string, password: string): Promise<string | undefined>
  log(): string
}

const run = promisify(execFile)

/** Hashes as the panel does. */
export const hashWithDoveadm: HashPassword = async (password, scheme = 'BLF-CRYPT') => {
  // The panel writes `{MD5}` for Dovecot's `{MD5-CRYPT}`.
  const method = scheme === 'MD5' ? 'MD5-CRYPT' : scheme
  const { stdout } = await run('doveadm', ['-O', 'pw', '-s', method, '-p', password], { env: { PATH } })
  return stdout.trim().replace('{MD5-CRYPT}', '{MD5}')
}

/** Starts Dovecot with its own certificate. It reads `LOGIN_DIRECTORY/<domain>/passwd`. */
export async function startDovecot(loginDirectory: string): Promise<Dovecot> {
  const directory = scratchDirectory('dovecot')
  const { certificate, key } = await createCertificate()
  const [imapPort, imapsPort] = [await freePort(), await freePort()]
  const account = ordinaryAccount()
  const file = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return path
  }
  for (const name of ['run', 'mail']) {
    mkdirSync(join(directory, name))
    chownSync(join(directory, name), account.uid, account.gid)
  }
  const caFile = file('certificate.pem', certificate)
  const config = file(
    'dovecot.conf',
    `protocols = imap
base_dir = ${directory}/run
state_dir = ${directory}/run
log_path = /dev/stderr
auth_verbose = yes
default_internal_user = ${account.name}
default_internal_group = ${account.group}
default_login_user = ${account.name}
listen = 127.0.0.1
login_trusted_networks = 127.0.0.1
service imap-login {
  chroot =
  inet_listener imap {
    port = ${imapPort}
  }
  inet_listener imaps {
    port = ${imapsPort}
  }
}
service anvil {
  chroot =
  # No waiting after refused logins.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
ssl = yes
ssl_cert = <${caFile}
ssl_key = <${file('key.pem', key)}
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = username_format=%n ${loginDirectory}/%d/passwd
}
userdb {
  driver = static
  args = uid=${account.uid} gid=${account.gid} home=${directory}/mail/%d/%n
}
first_valid_uid = 1
mail_location = maildir:~
`,
  )
  const program = startProgram('dovecot', ['-F', '-c', config], { uid: account.uid, gid: account.gid })
  await program.listening(imapPort)
  return {
    imapPort,
    imapsPort,
    caFile,
    mailDirectory: join(directory, 'mail'),
    async accepts(address, password) {
      const args = ['-c', config, 'auth', 'test', '-x', 'service=imap', address, password]
      return run('doveadm', args, { env: { PATH } }).then(
        () => true,
        (error) => {
          // EX_NOPERM means a wrong password. Any other error is a fault in the setup.
          if (error.code === 77) return false
          throw error
        },
      )
    },
    async readLastMail(address, password) {
      const inbox = `imap://127.0.0.1:${imapPort}/INBOX;MAILINDEX=*`
      return run('curl', ['--silent', '--user', `${address}:${password}`, inbox], { env: { PATH } }).then(
        ({ stdout }) => stdout,
        (error) => {
          // CURLE_LOGIN_DENIED; any other error is a fault of the set-up.
          if (error.code === 67) return undefined
          throw error
        },
      )
    },
    log: program.output,
  }
}

/** The user that mail servers run as, because they don't serve mail as root. */
export function ordinaryAccount() {
  const name = process.getuid?.() === 0 ? 'nobody' : userInfo().username
  const ask = (option: string): string =>
    execFileSync('id', [option, name], { env: { PATH }, encoding: 'utf8' }).trim()
  return { name, group: ask('-gn'), uid: Number(ask('-u')), gid: Number(ask('-g')) }
}
