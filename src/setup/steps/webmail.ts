import { type Changes, demand, groupId } from '../changes.js'
import type { Door } from '../door.js'
import { rootsOwn } from '../journal.js'
import type { Setup, Step } from '../step.js'
import { BASE_PATH, webmailOf } from '../webmail.js'
import { roundcubeToken } from './service.js'

/** The settings for Roundcube's password plugin, in a file that other users can't read. The plugin's own settings include it. */
const SETTINGS = '/etc/roundcube/plugins/password/rekey.inc.php'
const AUTHORITY = '/etc/roundcube/plugins/password/rekey-ca.pem'
const INCLUDE = `
// Added by \`rekey setup\`: Rekey changes the passwords. \`rekey setup --undo\` removes this.
if (is_readable('${SETTINGS}')) { include '${SETTINGS}'; }
`

/** Lets the panel's webmail programs change passwords through Rekey. */
export const webmail: Step = {
  name: 'webmail',
  title: 'Webmail changes passwords through Rekey',
  isRefreshed: () => true,
  obstacle({ survey, door }) {
    if (!survey.roundcube && !survey.snappyMailSettings) return { reason: 'this panel has no webmail' }
    if (door) return undefined
    return {
      reason:
        'this host can reach no webmail host with a certificate. Add SSL to a mail domain, then run rekey setup again. Until then, webmail changes passwords through the panel',
    }
  },
  async do(setup, changes) {
    const { door } = setup
    const { roundcube, hasSnappyMail } = webmailOf(setup)
    if (!door) return
    if (roundcube) await wireRoundcube(setup, door, roundcube, changes)
    if (hasSnappyMail) await wireSnappyMail(setup, door, changes)
  },
  async apply(host, setup) {
    const { settings } = setup?.survey.roundcube ?? {}
    if (settings && (await host.run(['php', '--version'])).code === 0)
      await demand(host, ['php', '-l', settings])
  },
}

async function wireRoundcube(
  { host, survey, tools }: Setup,
  door: Door,
  driver: 'rekey' | 'hestia',
  changes: Changes,
): Promise<void> {
  const { roundcube } = survey
  if (!roundcube) return
  const settings =
    driver === 'rekey' ? ourDriver(door, (await roundcubeToken(host)) ?? '') : panelsDriver(door)
  if (driver === 'rekey') {
    const path = `${roundcube.drivers}/rekey.php`
    await changes.file(path, rootsOwn(await tools.ours('integrations/roundcube/rekey.php'), 0o644))
    if (!door.server.isTrusted) await changes.file(AUTHORITY, rootsOwn(door.server.certificate, 0o644))
  }
  const gid = await groupId(host, roundcube.group)
  await changes.file(SETTINGS, { text: settings, mode: 0o640, uid: 0, gid })
  await changes.edit(roundcube.settings, { from: '', to: INCLUDE }, appendPhp)
}

/** No minimum length here: Rekey has its own rule, and explains it. */
const COMMON = `$config['password_confirm_current'] = true;
$config['password_minimum_length'] = 0;
`

function ourDriver({ name, server }: Door, token: string): string {
  const authority = server.isTrusted ? '' : `$config['password_rekey_ca'] = '${AUTHORITY}';\n`
  return `<?php
$config['password_driver'] = 'rekey';
$config['password_rekey_url'] = 'https://${name}${BASE_PATH}';
$config['password_rekey_token'] = '${token}';
${authority}${COMMON}`
}

function panelsDriver({ name }: Door): string {
  return `<?php
$config['password_driver'] = 'hestia';
$config['password_hestia_host'] = '${name}';
$config['password_hestia_port'] = '443';
${COMMON}`
}

/** Appends before a closing tag, because PHP would send text after it to the browser. */
function appendPhp(text: string, code: string): string {
  const body = text.replace(/\?>\s*$/, '')
  return `${body.replace(/\n*$/, '\n')}${code}${body === text ? '' : '?>\n'}`
}

/**
 * Sets the host that SnappyMail's own plugin posts to, and leaves the strength to Rekey. The plugin counts kinds of characters and refuses
 * a password of several words without saying why, so Rekey would never see it.
 */
async function wireSnappyMail({ survey }: Setup, { name }: Door, changes: Changes): Promise<void> {
  const path = survey.snappyMailSettings
  if (path) {
    await changes.json(path, 'plugin', { pass_min_strength: 0, hestia_host: name, hestia_port: 443 })
  }
}
