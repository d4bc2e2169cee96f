import { demand } from '../changes.js'
import { rootsOwn } from '../journal.js'
import type { Step } from '../step.js'

const SNIPPET = '/etc/dovecot/conf.d/99-rekey.conf'

/** Lets Dovecot count failed logins by the person's address, which Rekey sends, and not by Rekey's own. */
export const dovecot: Step = {
  name: 'dovecot',
  title: 'Dovecot trusts the client addresses that Rekey sends',
  obstacle({ choices, survey }) {
    if (choices.proof === 'hash')
      return { reason: 'Rekey checks passwords with the panel’s hashes', isChoice: true }
    return survey.hasDovecot ? undefined : { reason: 'this panel has no Dovecot' }
  },
  async do({ host }, changes) {
    const current = await demand(host, ['doveconf', '-h', 'login_trusted_networks'])
    const networks = new Set([...current.split(/\s+/).filter((network) => network !== ''), '127.0.0.1'])
    await changes.file(
      SNIPPET,
      rootsOwn(
        `# Made by \`rekey setup --proof=imap\`: programs on this host may send the address of the person who logs in.\nlogin_trusted_networks = ${[...networks].join(' ')}\n`,
        0o644,
      ),
    )
  },
  async apply(host) {
    await demand(host, ['doveconf', '-n'])
    await demand(host, ['systemctl', 'reload', 'dovecot'])
  },
}
