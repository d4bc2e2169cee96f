import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { configOf } from '../kit/service.js'

const KEY = 'k'.repeat(32)

const least = {
  HESTIA_URL: 'https://panel.example.com:8083',
  HESTIA_ACCESS_KEY: 'A'.repeat(20),
  HESTIA_SECRET_KEY: 'S'.repeat(40),
}

const withRecovery = {
  ...least,
  REKEY_PUBLIC_URL: 'https://mail.example.com/password',
  REKEY_LINK_KEY: KEY,
  REKEY_RECOVERY_STORE: 'folder',
  REKEY_DATA_DIR: mkdtempSync(join(tmpdir(), 'rekey-test-')),
}

const withAddresses = {
  ...withRecovery,
  REKEY_SMTP_URL: 'smtp://127.0.0.1',
  REKEY_MAIL_FROM: 'post@example.com',
  REKEY_RECOVERY_KEY: 'r'.repeat(32),
}

function faultsOf(environment: Record<string, string>): readonly string[] {
  const result = loadConfig(environment)
  return result.ok ? [] : result.faults
}

it('nobody can recover a password unless that is configured', () => {
  expect(configOf(least).recovery).toBeUndefined()
  expect(configOf({ ...least, REKEY_LINK_KEY: KEY }).recovery).toBeUndefined()
})

it.each([
  ['https://mail.example.com', 'https://mail.example.com/'],
  ['https://mail.example.com/password', 'https://mail.example.com/password/'],
  ['https://mail.example.com/password//', 'https://mail.example.com/password/'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
])('the public address %s is taken as %s', (given, publicUrl) => {
  expect(configOf({ ...withRecovery, REKEY_PUBLIC_URL: given }).recovery).toMatchObject({
    publicUrl,
    linkLifetimeMs: 24 * 3_600_000,
  })
})

it.each([
  'mail.example.com',
  'http://mail.example.com/',
  'https://me@mail.example.com/',
  'https://mail.example.com/?a=b',
  'https://mail.example.com/#a',
  'ftp://mail.example.com/',
])('%s is no public address', (given) => {
  const faults = faultsOf({ ...withRecovery, REKEY_PUBLIC_URL: given })
  expect(faults).toEqual([
    'REKEY_PUBLIC_URL must be the address of the page, such as https://mail.example.com/password/',
  ])
})

it.each([
  ['5m', 300_000],
  ['90m', 5_400_000],
  ['72h', 72 * 3_600_000],
])('a link can be valid for %s', (given, linkLifetimeMs) => {
  expect(configOf({ ...withRecovery, REKEY_LINK_LIFETIME: given }).recovery).toMatchObject({ linkLifetimeMs })
})

it.each(['4m', '73h', '0h', '24', 'h', '1d', '-1h', '1e3m'])('a link can’t be valid for %s', (given) => {
  expect(faultsOf({ ...withRecovery, REKEY_LINK_LIFETIME: given })).toEqual([
    'REKEY_LINK_LIFETIME must be a time such as 24h, from 5m to 72h',
  ])
})

it.each<[string, Record<string, string>, string]>([
  [
    'no key',
    { ...withRecovery, REKEY_LINK_KEY: '' },
    'REKEY_LINK_KEY must be set, because REKEY_PUBLIC_URL is',
  ],
  [
    'no store',
    { ...withRecovery, REKEY_RECOVERY_STORE: '', REKEY_DATA_DIR: '' },
    'REKEY_RECOVERY_STORE must be set, because REKEY_PUBLIC_URL is',
  ],
  [
    'a former key and no present one',
    { ...least, REKEY_LINK_KEY_PREVIOUS: KEY },
    'REKEY_LINK_KEY_PREVIOUS is set, but REKEY_LINK_KEY is not',
  ],
  [
    'a lifetime and no address',
    { ...least, REKEY_LINK_LIFETIME: '2h' },
    'REKEY_LINK_LIFETIME is set, but REKEY_PUBLIC_URL is not',
  ],
])('the configuration of recovery is wrong with %s', (_what, environment, fault) => {
  expect(faultsOf(environment)).toEqual([fault])
})

it('a former key opens links after the present one', () => {
  const former = 'f'.repeat(32)
  const { recovery } = configOf({ ...withRecovery, REKEY_LINK_KEY_PREVIOUS: former })
  expect(recovery?.linkKeys.map((key) => key.reveal())).toEqual([KEY, former])
})

it.each<[string, Record<string, string>, string]>([
  [
    'no address',
    { ...least, REKEY_LINK_KEY: KEY },
    'REKEY_RECOVERY_ASK is true, but REKEY_PUBLIC_URL is not set',
  ],
  [
    'no proof by account',
    {
      ...withRecovery,
      REKEY_PROOFS: 'mailbox',
      REKEY_SMTP_URL: 'smtp://127.0.0.1',
      REKEY_MAIL_FROM: 'a@b.example',
    },
    'REKEY_RECOVERY_ASK is true, but REKEY_PROOFS lacks account, which owners need to make links',
  ],
  ['no mail server', withRecovery, 'REKEY_SMTP_URL must be set, because REKEY_RECOVERY_ASK is true'],
])('nobody can be asked for help with %s', (_what, environment, fault) => {
  expect(faultsOf({ ...environment, REKEY_RECOVERY_ASK: 'true' })).toEqual([fault])
})

it('the owner can be told of changes only by a mail server', () => {
  expect(faultsOf({ ...least, REKEY_NOTIFY_OWNER: 'true' })).toEqual([
    'REKEY_NOTIFY_OWNER is set, but REKEY_SMTP_URL is not',
  ])
})

it('the key to the panel is needed for what is switched on', () => {
  const mail = { REKEY_SMTP_URL: 'smtp://127.0.0.1', REKEY_MAIL_FROM: 'a@b.example' }
  expect(configOf(least).panelUses).toEqual(['mailbox', 'account'])
  const all = { ...withRecovery, ...mail, REKEY_RECOVERY_ASK: 'true', REKEY_NOTIFY_OWNER: 'true' }
  expect(configOf(all).panelUses).toEqual(['mailbox', 'account', 'recovery', 'help', 'owner-notices'])
})

it('there are recovery addresses if there is a key for them', () => {
  expect(configOf(withRecovery).recovery?.addressKey).toBeUndefined()
  expect(configOf(withAddresses).recovery?.addressKey?.reveal()).toBe('r'.repeat(32))
  expect(configOf({ ...withAddresses, REKEY_PROOFS: 'mailbox' }).recovery?.addressKey).toBeDefined()
})

it('the former key of recovery addresses is there for the command that encrypts them again', () => {
  const previous = { REKEY_RECOVERY_KEY_PREVIOUS: 'p'.repeat(32) }
  expect(configOf(withAddresses).recovery?.previousAddressKey).toBeUndefined()
  const { recovery } = configOf({ ...withAddresses, ...previous })
  expect(recovery?.previousAddressKey?.reveal()).toBe('p'.repeat(32))
  expect(faultsOf({ ...withRecovery, ...previous })).toEqual([
    'REKEY_RECOVERY_KEY_PREVIOUS is set, but REKEY_RECOVERY_KEY is not',
  ])
})

it.each<[string, Record<string, string>, readonly string[]]>([
  [
    'a short key',
    { REKEY_RECOVERY_KEY: 'short' },
    ['REKEY_RECOVERY_KEY must have 32 bytes or more. Make one with: openssl rand -base64 32'],
  ],
  [
    'no public address',
    { REKEY_PUBLIC_URL: '' },
    ['REKEY_PUBLIC_URL must be set, because REKEY_RECOVERY_KEY is'],
  ],
  [
    'no mail server',
    { REKEY_SMTP_URL: '', REKEY_MAIL_FROM: '' },
    ['REKEY_SMTP_URL must be set, because REKEY_RECOVERY_KEY is'],
  ],
  [
    'proof by the hosting account alone',
    { REKEY_PROOFS: 'account' },
    ['REKEY_PROOFS must include mailbox, because REKEY_RECOVERY_KEY is set'],
  ],
  [
    'proofs that are wrong',
    { REKEY_PROOFS: 'password' },
    ['REKEY_PROOFS must be one or more of mailbox, account, joined by commas'],
  ],
])('recovery addresses are configured wrong with %s', (_what, environment, faults) => {
  expect(faultsOf({ ...withAddresses, ...environment })).toEqual(faults)
})
