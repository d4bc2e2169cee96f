import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { createPanelHost, HESTIA, type PanelHost } from './kit/panel-host.js'
import { lineAfter, paste, pipe, scriptOf, undoOf } from './kit/panel-script.js'

/** The ID and the secret of the only key. */
function keyOf(host: PanelHost): string[] {
  const [[id, text] = ['', ''], ...others] = Object.entries(host.state().keys)
  expect(others).toEqual([])
  return [id, /SECRET_ACCESS_KEY='(.+)'/.exec(text)?.[1] ?? '']
}

const before = ["API='no'", "API_ALLOWED_IP='198.51.100.1'", "API_SYSTEM='0'", "ROOT_USER='chief'"]
const profile = `ROLE='admin'
COMMANDS='v-search-domain-owner,v-get-mail-account-value,${CHANGE}'
`
const ready = ["API_ALLOWED_IP='198.51.100.1,192.0.2.9'", "API_SYSTEM='1'"]
const foreignKey =
  "SECRET_ACCESS_KEY='canary'\nUSER='admin'\nPERMISSIONS='mail-password'\nCOMMENT='our billing'\n"
const untouched = { settings: before, profiles: {}, keys: {} }

it('the script that sets a panel up is shell that bash can read, whatever the options', () => {
  for (const options of [{ address: '192.0.2.9' }, { address: '2001:db8::9', profile: 'rekey_2' }]) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: scriptOf(options), encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  }
})

it('the script that sets a panel up makes profile, allow-list entry and key, shows the fingerprint, and changes nothing when it runs again', async () => {
  const host = await createPanelHost(before)
  const script = scriptOf({ address: '192.0.2.9' })
  const { stdout } = paste(host, script)
  expect(stdout).toContain(`HESTIA_CERT_SHA256=${host.fingerprint}\n`)
  expect(stdout).toContain('the shell lives on')
  const made = host.state()
  expect(made).toEqual({
    settings: ["API='no'", "API_ALLOWED_IP='198.51.100.1,192.0.2.9'", "API_SYSTEM='1'", "ROOT_USER='chief'"],
    profiles: { 'mail-password': profile },
    keys: expect.anything(),
  })
  const [key, ...others] = Object.values(made.keys)
  expect(key).toMatch(
    /^SECRET_ACCESS_KEY='.{40}'\nUSER='chief'\nPERMISSIONS='mail-password'\nCOMMENT='rekey'\n$/,
  )
  expect(others).toEqual([])
  const again = pipe(host, script)
  expect([again.status, undoOf(again)]).toEqual([0, []])
  expect(host.state()).toEqual(made)
})

it('the script that sets a panel up shows ID and secret of the key, also where it is piped into a shell, and the shell’s exit code is 0', async () => {
  const host = await createPanelHost(before)
  const { status, stdout } = pipe(host, scriptOf({ address: '192.0.2.9' }))
  const [id = '', secret = ''] = keyOf(host)
  expect([status, stdout]).toEqual([0, expect.stringContaining(`"ACCESS_KEY_ID": "${id}"`)])
  expect(stdout).toContain(`"SECRET_ACCESS_KEY": "${secret}"`)
})

it('the script that sets a panel up tells how to see the secret of a key that is there, and how to have another', async () => {
  const host = await createPanelHost(before)
  const script = scriptOf({ address: '192.0.2.9' })
  pipe(host, script)
  const [id = '', secret = ''] = keyOf(host)
  const { stdout, stderr } = pipe(host, script)
  expect(stderr).toContain(`There is already a key, ${id}, so no new key was made.`)
  expect(stdout + stderr).not.toContain(secret)
  expect(paste(host, lineAfter('To see its secret: ', stderr)).stdout).toContain(secret)
  paste(host, lineAfter('delete this one and run this again: ', stderr))
  expect(pipe(host, script).status).toBe(0)
  const [newId = id] = keyOf(host)
  expect(newId).not.toBe(id)
})

it('the script that sets a panel up is undone by the lines that it shows', async () => {
  const host = await createPanelHost(before)
  const undo = undoOf(pipe(host, scriptOf({ address: '192.0.2.9' })))
  expect(undo).toHaveLength(4)
  paste(host, undo.join('\n'))
  expect(host.state()).toEqual(untouched)
})

it('the script that sets a panel up undoes no more than it did: other people’s profile, address, API and keys stay', async () => {
  const host = await createPanelHost(ready)
  host.write('data/api/mail-password', profile)
  host.write('data/access-keys/FOREIGN', foreignKey)
  const had = host.state()
  const undo = undoOf(pipe(host, scriptOf({ address: '192.0.2.9' })))
  expect(Object.keys(host.state().keys)).toHaveLength(2)
  expect(undo).toHaveLength(1)
  paste(host, undo.join('\n'))
  expect(host.state()).toEqual(had)
  expect(undoOf(pipe(host, scriptOf({ address: '198.51.100.7' })))).toEqual([
    host.localized(`${HESTIA}/bin/v-change-sys-config-value API_ALLOWED_IP '198.51.100.1,192.0.2.9'`),
    expect.stringContaining('v-delete-access-key'),
  ])
})

it('the script that sets a panel up takes away nothing that a panel has: an open API, other addresses, other people’s access', async () => {
  const open = ["API_ALLOWED_IP='allow-all'", "API_SYSTEM='2'"]
  const host = await createPanelHost(open)
  expect(paste(host, scriptOf({ address: '192.0.2.9' })).stderr).toContain('allow-all')
  expect(host.state().settings).toEqual(open)
  expect(Object.values(host.state().keys)).toEqual([expect.stringContaining("USER='admin'")])
})

it('the script that sets a panel up leaves a profile with other commands as it is, names the keys that have it, and can use another', async () => {
  const host = await createPanelHost(ready)
  host.write('data/api/mail-password', "ROLE='admin'\nCOMMANDS='v-list-users'\n")
  host.write('data/access-keys/FOREIGN', foreignKey.replace('mail-password', 'billing,mail-password'))
  const had = host.state()
  const { status, stdout, stderr } = pipe(host, scriptOf({ address: '192.0.2.10' }))
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(
    /\/FOREIGN:PERMISSIONS=.+\n.+\/FOREIGN:COMMENT='our billing'\nNothing was changed: the profile mail-password exists/,
  )
  expect(host.state()).toEqual(had)
  expect(pipe(host, scriptOf({ address: '192.0.2.10', profile: 'rekey-2' })).status).toBe(0)
  expect(host.state().profiles).toEqual({ ...had.profiles, 'rekey-2': profile })
  expect(host.state().keys).toMatchObject(had.keys)
})

it('the script that sets a panel up gives the same key other commands, for other proofs, where the profile is moved away as it tells', async () => {
  const host = await createPanelHost(before)
  pipe(host, scriptOf({ address: '192.0.2.9' }))
  const { keys } = host.state()
  const script = scriptOf({ address: '192.0.2.9', proofs: ['mailbox', 'account'] })
  const { stderr } = pipe(host, script)
  expect(stderr).toContain("COMMENT='rekey'")
  const [move = 'no such line'] = /mv \S+ [^\s,]+/.exec(stderr) ?? []
  paste(host, move)
  expect(pipe(host, script).status).toBe(0)
  expect(host.state().profiles['mail-password']).toContain('v-check-user-2fa')
  expect(host.state().keys).toEqual(keys)
})

it('the script that sets a panel up lets the address call also where "allow-all" is but one of a list, which opens nothing', async () => {
  const host = await createPanelHost(["API_ALLOWED_IP='allow-all,198.51.100.1'", "API_SYSTEM='1'"])
  expect(pipe(host, scriptOf({ address: '192.0.2.9' })).stderr).not.toContain('every address')
  expect(host.state().settings).toContain("API_ALLOWED_IP='allow-all,198.51.100.1,192.0.2.9'")
})

it('the script that sets a panel up does nothing on a host without a panel', async () => {
  const host = await createPanelHost(before)
  rmSync(host.localized(HESTIA), { recursive: true })
  const { status, stdout, stderr } = pipe(host, scriptOf({ address: '192.0.2.9' }))
  expect([status, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^Nothing was changed: .+\n$/)])
  expect(existsSync(host.localized(HESTIA))).toBe(false)
})

it('the script that sets a panel up does nothing for anybody but root', async () => {
  const host = await createPanelHost(before)
  const { status, stdout, stderr } = pipe(host, scriptOf({ address: '192.0.2.9' }), { FAKE_UID: '1000' })
  expect([status, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^Nothing was changed: .+\n$/)])
  expect(host.state()).toEqual(untouched)
})
