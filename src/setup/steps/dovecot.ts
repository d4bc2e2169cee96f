import { demand } from '../changes.js'
import { rootsOwn } from '../journal.js'
import type { Step } from '../step.js'

const SNIPPET = '/etc/dovecot/conf.d/99-rekey.conf'

/** Has Dovecot count people by their own addresses, which Rekey tells it, instead of by the one that Rekey calls from. */
export const dovecot: Step = {
  name: 'dovecot',
  title: 'Dovecot believes the address that Rekey names',
  obstacle({ choices, survey }) {
    if (choices.proof === 'hash')
      return { reason: 'passwords are checked by the panel’s hash', isChoice: true }
    return survey.hasDovecot ? undefined : { reason: 'this panel has no Dovecot' }
  },
  async do({ host }, changes) {
    const current = await demand(host, ['doveconf', '-h', 'login_trusted_networks'])
    const networks = new Set([...current.split(/\s+/).filter((network) => network !== ''), '127.0.0.1'])
    await changes.file(
      SNIPPET,
      rootsOwn(
        `# Made by \`rekey setup --proof=imap\`: programs of this host may name the address of the person who logs in.\nlogin_trusted_networks = ${[...networks].join(' ')}\n`,
        0o644,
      ),
    )
  },
  async apply(host) {
    await demand(host, ['doveconf', '-n'])
    await demand(host, ['systemctl', 'reload', 'dovecot'])
  },
}
