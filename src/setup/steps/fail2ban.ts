import { demand } from '../changes.js'
import { rootsOwn } from '../journal.js'
import type { Step } from '../step.js'

/** Bans addresses that keep guessing passwords, through the panel's own firewall. */
export const fail2ban: Step = {
  name: 'fail2ban',
  title: 'Fail2Ban bans addresses that keep guessing',
  async obstacle({ host, survey }) {
    if (!survey.hasFail2Ban) return { reason: 'this panel has no Fail2Ban' }
    // Debian's Fail2Ban uses Debian's Python.
    const { code } = await host.run(['/usr/bin/python3', '-c', 'import systemd.journal'])
    if (code === 0) return undefined
    return {
      reason: 'Fail2Ban can’t read the journal. Run apt install python3-systemd, then rekey setup again',
    }
  },
  async do({ tools }, changes) {
    const jail = await tools.ours('deploy/fail2ban/jail.d/rekey.conf')
    // The panel's action adds each ban to the panel's own list.
    const action = '[rekey]\naction   = hestia[name=WEB]\n'
    await changes.file(
      '/etc/fail2ban/filter.d/rekey.conf',
      rootsOwn(await tools.ours('deploy/fail2ban/filter.d/rekey.conf'), 0o644),
    )
    await changes.file('/etc/fail2ban/jail.d/rekey.conf', rootsOwn(jail.replace('[rekey]\n', action), 0o644))
  },
  async apply(host) {
    await demand(host, ['fail2ban-client', '-t'])
    await demand(host, ['systemctl', 'reload', 'fail2ban'])
  },
}
