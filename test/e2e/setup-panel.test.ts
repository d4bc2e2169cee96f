import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createPanelHost, type PanelHost } from './kit/panel-host.js'
import { PATH } from './kit/programs.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

function scriptOf(...options: string[]): string {
  const args = [MAIN, 'setup-panel', ...options]
  return execFileSync(process.execPath, args, { env: { REKEY_MODES: 'mailbox' }, encoding: 'utf8' })
}

/** As if it were pasted: an interactive shell reads it. */
function paste(host: PanelHost, text: string) {
  const input = `${host.localized(text)}\necho the shell lives on\n`
  return spawnSync('bash', ['--norc', '--noprofile', '-i'], {
    input,
    env: { PATH, HESTIA: host.localized('/usr/local/hestia') },
    encoding: 'utf8',
  })
}

const before = ["API='no'", "API_ALLOWED_IP='198.51.100.1'", "API_SYSTEM='0'", "ROOT_USER='chief'"]
const profile = `ROLE='admin'
COMMANDS='v-search-domain-owner,v-get-mail-account-value,v-change-mail-account-password'
`

describe('the script that sets a panel up', () => {
  it('is shell that bash can read, whatever the options', () => {
    for (const options of [[], ['--address', '2001:db8::9', '--profile', 'rekey_2']]) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: scriptOf(...options), encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, ''])
    }
  })

  it('makes profile, allow-list entry and key, shows the fingerprint, and changes nothing when it runs again', async () => {
    const host = await createPanelHost(before)
    const script = scriptOf('--address', '192.0.2.9')
    const { stdout } = paste(host, script)
    expect(stdout).toContain(`HESTIA_CERT_SHA256=${host.fingerprint}\n`)
    expect(stdout).toContain('the shell lives on')
    const state = () => [host.settings(), host.profiles(), host.keys()]
    const expected = [
      ["API='no'", "API_ALLOWED_IP='198.51.100.1,192.0.2.9'", "API_SYSTEM='1'", "ROOT_USER='chief'"],
      { 'mail-password': profile },
      ["USER='chief'\nPERMISSIONS='mail-password'\nCOMMENT='rekey'\n"],
    ]
    expect(state()).toEqual(expected)
    expect(paste(host, script).stderr).toContain('There is a key with this profile already')
    expect(state()).toEqual(expected)
  })

  it('is undone by its own lines', async () => {
    const host = await createPanelHost(before)
    const script = scriptOf('--address', '192.0.2.9')
    paste(host, script)
    const undo = [...script.matchAll(/^# {4}Undo.*?: (.+)$/gm)].map(([, line]) => line)
    expect(undo).toHaveLength(4)
    paste(host, undo.toReversed().join('\n'))
    expect([host.settings(), host.profiles(), host.keys()]).toEqual([before, {}, []])
  })

  it('takes away nothing that a panel has: an open API, other addresses, other people’s access', async () => {
    const open = ["API_ALLOWED_IP='allow-all'", "API_SYSTEM='2'"]
    const host = await createPanelHost(open)
    expect(paste(host, scriptOf('--address', '192.0.2.9')).stderr).toContain('allow-all')
    expect(host.settings()).toEqual(open)
    expect(host.keys()).toEqual([expect.stringContaining("USER='admin'")])
  })

  it('does nothing without an address, and leaves the shell open', async () => {
    const host = await createPanelHost(before)
    const { stdout, stderr } = paste(host, scriptOf())
    expect(stderr).toContain('Nothing was done')
    expect(stdout).toContain('the shell lives on')
    expect([host.settings(), host.keys()]).toEqual([before, []])
  })
})
