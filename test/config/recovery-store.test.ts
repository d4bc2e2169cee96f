import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { configOf, scratchFile, scratchFolder } from '../kit/service.js'

const least = {
  HESTIA_URL: 'https://panel.example.com:8083',
  HESTIA_ACCESS_KEY: 'A'.repeat(20),
  HESTIA_SECRET_KEY: 'S'.repeat(40),
}

const redis = { REKEY_REDIS_URL: 'redis://cache', REKEY_LINK_KEY: 'k'.repeat(32) }

function privateFolder(mode = 0o700): string {
  const directory = scratchFolder({})
  chmodSync(directory, mode)
  return directory
}

function faultsOf(environment: Record<string, string>): readonly string[] {
  const result = loadConfig({ ...least, ...environment })
  return result.ok ? [] : result.faults
}

it('the configuration has no recovery store unless one is asked for, whatever systemd names', () => {
  expect(configOf(least).recoveryStore).toBeUndefined()
  expect(configOf({ ...least, STATE_DIRECTORY: '/nowhere' }).recoveryStore).toBeUndefined()
})

it('the configuration takes Redis or a folder for the recovery store, by default the first one that systemd names', () => {
  const inRedis = configOf({ ...least, ...redis, REKEY_RECOVERY_STORE: 'redis' })
  expect(inRedis.recoveryStore).toEqual({ kind: 'redis' })
  const [directory, other] = [privateFolder(), privateFolder(0o770)]
  const folder = { ...least, REKEY_RECOVERY_STORE: 'folder' }
  for (const environment of [
    { REKEY_DATA_DIR: directory },
    { STATE_DIRECTORY: `${directory}:${other}` },
    { REKEY_DATA_DIR: directory, STATE_DIRECTORY: '/nowhere' },
  ]) {
    expect(configOf({ ...folder, ...environment }).recoveryStore).toEqual({ kind: 'folder', directory })
  }
  expect(configOf({ ...folder, REKEY_DATA_DIR: other }).recoveryStore).toMatchObject({ directory: other })
})

it.each([
  [{ REKEY_RECOVERY_STORE: 'disk' }, /^REKEY_RECOVERY_STORE must be one of redis, folder$/],
  [{ REKEY_RECOVERY_STORE: 'redis' }, /^REKEY_RECOVERY_STORE is redis, but REKEY_REDIS_URL is not set$/],
  [{ REKEY_RECOVERY_STORE: 'folder' }, /^REKEY_DATA_DIR must be set, because /],
  [{ REKEY_DATA_DIR: '/tmp' }, /^REKEY_DATA_DIR is set, but REKEY_RECOVERY_STORE is not folder$/],
  [
    { ...redis, REKEY_RECOVERY_STORE: 'redis', REKEY_DATA_DIR: '/tmp' },
    /^REKEY_DATA_DIR is set, but REKEY_RECOVERY_STORE is not folder$/,
  ],
  [
    { ...redis, REKEY_RECOVERY_STORE: 'folder', REKEY_DATA_DIR: privateFolder() },
    /^REKEY_RECOVERY_STORE is folder, which works for one instance only, but REKEY_REDIS_URL is set/,
  ],
])('the configuration refuses a recovery store that would not be one: %j', (environment, fault) => {
  expect(faultsOf(environment)).toEqual([expect.stringMatching(fault)])
})

it.each([
  ['one that is not there', '/nowhere/at/all', /can't be written to \(ENOENT\)$/],
  ['a file', scratchFile(''), /must be a folder, not a file$/],
  ['one below a file', join(scratchFile(''), 'folder'), /can't be written to \(ENOTDIR\)$/],
  ['one that all may read', privateFolder(0o704), /is open to all users: run chmod o= on it$/],
  ['one that all may write', privateFolder(0o702), /is open to all users/],
  ['one that all may enter', privateFolder(0o701), /is open to all users/],
  ['a relative path', 'data', /must be an absolute path of at most \d+ bytes$/],
  ['a path that is too long', `/${'é'.repeat(50)}`, /must be an absolute path of at most 93 bytes$/],
])('the configuration refuses a folder that can’t keep the data: %s', (_what, directory, fault) => {
  for (const variable of ['REKEY_DATA_DIR', 'STATE_DIRECTORY']) {
    const faults = faultsOf({ REKEY_RECOVERY_STORE: 'folder', [variable]: directory })
    expect(faults).toEqual([expect.stringMatching(fault)])
    expect(faults[0]).toMatch(new RegExp(`^${variable} `))
  }
})
