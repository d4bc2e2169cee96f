import { beforeEach, expect, it, vi } from 'vitest'
import { createAccountRecords } from '../../../src/core/account-records.js'
import { type ChangeDependencies, changePassword } from '../../../src/core/change-password.js'
import { createDomainOwners } from '../../../src/core/domain-owners.js'
import { type Mailbox, parseMailbox } from '../../../src/core/mailbox.js'
import { StoreUnavailable } from '../../../src/core/outage.js'
import { type Panel, PanelFault, type PanelVisit } from '../../../src/core/panel-port.js'
import { confirmAddress } from '../../../src/core/recovery/confirm-address.js'
import type { DurableStore } from '../../../src/core/recovery/durable-store.js'
import type { FindLinkState } from '../../../src/core/recovery/find-binding.js'
import { createKeepAddress } from '../../../src/core/recovery/keep-address.js'
import { createLinkMemory } from '../../../src/core/recovery/link-memory.js'
import type { Mail } from '../../../src/core/recovery/mail-port.js'
import type { LinkKind } from '../../../src/core/recovery/recovery-links.js'
import { redeemLink } from '../../../src/core/recovery/redeem-link.js'
import { removeAddress } from '../../../src/core/recovery/remove-address.js'
import { setAddress } from '../../../src/core/recovery/set-address.js'
import { checkByMailLogin, checkByStoredHash, type HashCheck } from '../../../src/core/verify-password.js'
import { createDeadline } from '../../../src/lib/deadline.js'
import { Secret } from '../../../src/lib/secret.js'
import { createAddressRecords } from '../../../src/recovery/address-records.js'
import { createRecoveryLinks } from '../../../src/recovery/links.js'
import { createAddressRemovals } from '../../../src/recovery/removals.js'
import { createRecordSeal } from '../../../src/recovery/sealed-records.js'
import { createMemoryDomainLocks } from '../../../src/store/memory-domain-locks.js'
import { createMemoryDomainOwners } from '../../../src/store/memory-domain-owners.js'
import { createTestClock } from '../../kit/clock.js'
import { createTestDurableStore } from '../../kit/durable-store.js'
import { ALONE } from '../../kit/panel-visit.js'

const KEY = new Secret('a key of 32 bytes or more, for tests')
const NOW = 1_800_000_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const FIRST = 'the first password'
const CLIENT_ADDRESS = '203.0.113.9'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))

function mailboxOf(address: string) {
  const mailbox = parseMailbox(address)
  if (!mailbox) throw new Error(`no mailbox: ${address}`)
  return mailbox
}

const info = mailboxOf('info@example.org')

/**
 * Recovery addresses of info@example.org, with a panel that has this mailbox. Its hash is the password and a count of changes.
 */
function createSetting({ asksMailServer = false } = {}) {
  const clock = createTestClock()
  const store = createTestDurableStore()
  const state = { password: FIRST, changes: 0, unknownScheme: false, timeoutMs: 30_000, commandMs: 0 }
  const commands: string[] = []
  const mails: Mail[] = []
  const ownerNotices: string[] = []
  const notKept: string[] = []
  const heldMails = { count: 0 }
  /** Runs before the next commands, in order. */
  const beforeCommands: (() => void)[] = []

  const hash = (): Secret => new Secret(`{${state.changes}}${state.password}`)
  const isPasswordOf: HashCheck = async (password, storedHash) => {
    if (state.unknownScheme) throw new PanelFault('panel-failed', 'stored hash of unknown scheme X')
    return storedHash.reveal().replace(/^\{\d+\}/, '') === password.reveal()
  }
  async function run<Result>(command: string, answer: () => Result): Promise<Result> {
    commands.push(command)
    beforeCommands.shift()?.()
    clock.advance(state.commandMs)
    return answer()
  }
  const panel: Panel = {
    isAccountPassword: () => run('check-account', () => true),
    isTwoFactorCode: () => run('check-code', () => true),
    lookUpAccount: () =>
      run('read-account', () => ({
        administrator: false,
        suspended: false,
        loginDisabled: false,
        twoFactor: false,
        allowedAddresses: undefined,
        contact: undefined,
        language: 'en',
      })),
    lookUpDomainOwner: () => run('find-owner', () => 'alice'),
    lookUpAliases: () => run('aliases', () => ['hello']),
    lookUpStoredHash: () => run('hash', () => ({ found: 'one', value: hash() })),
    hasMailbox: () => run('mailbox', () => true),
    hasSiblings: async () => false,
    changeMailboxPassword: (_owner, _form, _name, password) =>
      run('change', () => {
        state.changes += 1
        state.password = password.reveal()
        return 'done'
      }),
  }
  const visit: PanelVisit = {
    ...panel,
    ...ALONE,
    expectedMs: (expected) => expected.length * state.commandMs,
  }
  const seal = createRecordSeal(KEY)
  const records = createAddressRecords(store, seal, () => undefined)
  const removals = createAddressRemovals(KEY)
  const links = createRecoveryLinks([KEY])
  const findState: FindLinkState = async (kind, _owner, mailbox) => {
    const { confirmed, pending } = await records.find(mailbox)
    return (kind === 'address' ? confirmed : pending)?.id ?? ''
  }
  let ids = 0
  const shared = {
    enterPanel: () => visit,
    owners: createDomainOwners(createMemoryDomainOwners(clock), clock),
    accounts: createAccountRecords(clock),
    locks: createMemoryDomainLocks(clock),
    checkPolicy: async () => [],
    checkPassword: asksMailServer ? checkByMailLogin(async () => true) : checkByStoredHash(isPasswordOf),
    clock,
    allowAdminAccounts: false,
    isPasswordOf,
    records,
    links,
    findState,
    memory: createLinkMemory(store, () => 'an end'),
    confirmationUrlOf: (link: Secret) => link,
    newId: () => `id ${ids++}`,
    mayMail: async () => heldMails.count-- <= 0,
    sendMail: (mail: Mail) => void mails.push(mail),
    tellOwner: ({ address }: Mailbox) => void ownerNotices.push(address),
    keepAddress: createKeepAddress({
      records,
      removals,
      isPasswordOf,
      reportNotKept: (_mailbox, reason) => void notKept.push(reason),
    }),
  } satisfies ChangeDependencies & Record<string, unknown>

  /** Moves the date forward (ms), and enough time that the previous lock isn't recent. */
  function pass(durationMs: number): void {
    vi.setSystemTime(Date.now() + durationMs)
    clock.advance(Math.min(durationMs, 60_000))
  }

  const caller = () => ({
    callerKind: 'public' as const,
    clientAddress: CLIENT_ADDRESS,
    deadline: createDeadline(state.timeoutMs, clock),
    hungUp: new AbortController().signal,
    solution: undefined,
  })

  const byMailbox = (password: string) => ({ proof: 'mailbox', password: new Secret(password) }) as const
  const byAccount = {
    proof: 'account',
    username: 'alice',
    password: new Secret('alice panel pw'),
    code: undefined,
  } as const

  async function set(recoveryAddress = 'jane@example.net', password = state.password): Promise<string> {
    const attempt = { ...caller(), mailbox: info, credentials: byMailbox(password), recoveryAddress }
    return (await setAddress({ ...attempt, language: 'de' }, shared)).code
  }

  /** The last link that was mailed. */
  function mailedLink(): string {
    const [mail] = mails.filter(({ kind }) => kind === 'confirm-address').slice(-1)
    return mail && 'url' in mail ? mail.url.reveal() : ''
  }

  async function confirm(text = mailedLink()): Promise<string> {
    const link = links.open(text)
    if (!link) return 'recovery-invalid'
    return (await confirmAddress({ ...caller(), link }, shared)).code
  }

  async function enrol(recoveryAddress?: string): Promise<void> {
    await set(recoveryAddress)
    if ((await confirm()) !== 'recovery-address-confirmed') throw new Error('the address was not confirmed')
  }

  async function change(newPassword: string, credentials: ReturnType<typeof byMailbox> | typeof byAccount) {
    const attempt = { ...caller(), mailbox: info, credentials, newPassword: new Secret(newPassword) }
    return await changePassword(attempt, shared)
  }

  /** What the answer to a change with the mailbox's password shows of the address. */
  async function shown(newPassword: string) {
    const outcome = await change(newPassword, byMailbox(state.password))
    expect(outcome.code).toBe('changed')
    return 'recoveryAddress' in outcome ? outcome.recoveryAddress : undefined
  }

  async function make(kind: LinkKind): Promise<string> {
    const owner = { username: 'alice', domainForm: 'example.org' }
    const binding = { owner: 'alice', domainForm: 'example.org', localPart: 'info', storedHash: hash() }
    const linkState = await findState(kind, owner, info)
    return links.make(kind, { ...binding, state: linkState }, Date.now() + HOUR_MS).reveal()
  }

  async function redeem(text: string, newPassword: string): Promise<string> {
    const link = links.open(text)
    if (!link) return 'recovery-invalid'
    return (await redeemLink({ ...caller(), link, newPassword: new Secret(newPassword) }, shared)).code
  }

  async function remove(removal: Secret): Promise<string> {
    const opened = removals.open(removal)
    if (!opened) return 'removal-expired'
    return (await removeAddress({ ...caller(), removal: opened }, shared)).code
  }

  async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
    const before = commands.length
    await work()
    return commands.slice(before)
  }

  return {
    store,
    state,
    mails,
    ownerNotices,
    notKept,
    heldMails,
    beforeCommands,
    pass,
    seal,
    records,
    mailedLink,
    set,
    confirm,
    enrol,
    shown,
    make,
    redeem,
    remove,
    commandsOf,
    byOwner: (newPassword: string) => change(newPassword, byAccount),
  }
}

/** Makes some calls of the store fail. */
function breakStore(store: DurableStore, calls: readonly (keyof DurableStore)[]): void {
  const fail = async (): Promise<never> => {
    throw new StoreUnavailable('ENOSPC')
  }
  Object.assign(store, Object.fromEntries(calls.map((call) => [call, fail])))
}

it('an address is stored with its user’s language, and works only after it was confirmed', async () => {
  const { set, confirm, records, pass } = createSetting()
  expect(await set()).toBe('recovery-address-sent')
  const kept = await records.find(info)
  expect(kept.confirmed).toBeUndefined()
  expect(kept.pending).toMatchObject({ address: 'jane@example.net', language: 'de', setMs: NOW })
  pass(HOUR_MS)
  expect(await confirm()).toBe('recovery-address-confirmed')
  const { confirmed, pending } = await records.find(info)
  expect(confirmed).toMatchObject({ address: 'jane@example.net', language: 'de', confirmedMs: NOW + HOUR_MS })
  expect(pending).toBeUndefined()
})

it('each mail is in its reader’s language, and shows no more of the address than that reader may know', async () => {
  const { enrol, mails } = createSetting()
  await enrol()
  await enrol('john@example.net')
  const common = { language: 'de', mailbox: 'info@example.org' }
  expect(mails.filter(({ kind }) => kind !== 'confirm-address')).toEqual([
    {
      ...common,
      kind: 'address-set',
      to: 'info@example.org',
      masked: 'j…@e….net',
      clientAddress: CLIENT_ADDRESS,
    },
    {
      ...common,
      kind: 'address-set',
      to: 'info@example.org',
      masked: 'j…@e….net',
      clientAddress: CLIENT_ADDRESS,
    },
    { ...common, kind: 'address-replaced', to: 'jane@example.net', clientAddress: CLIENT_ADDRESS },
  ])
})

it('an address in another domain needs no lookup of aliases, one in the mailbox’s domain does', async () => {
  const { set, commandsOf } = createSetting()
  expect(await commandsOf(() => set())).toEqual(['find-owner', 'hash', 'hash'])
  expect(await commandsOf(() => set('sales@example.org'))).toEqual(['hash', 'aliases', 'hash'])
})

it.each(['info@example.org', 'info+me@example.org', 'hello@example.org', 'hello+me@example.org'])(
  'an address inside the mailbox can’t be set: %s',
  async (address) => {
    const { set, records, mails } = createSetting()
    expect(await set(address)).toBe('invalid-request')
    expect(await records.find(info)).toEqual({})
    expect(mails).toEqual([])
  },
)

it('an address is bound to the proven password: after a change in between, none is bound', async () => {
  const { set, state, beforeCommands, records } = createSetting()
  beforeCommands.push(
    () => undefined,
    () => undefined,
    () => Object.assign(state, { password: 'the panel’s' }),
  )
  expect(await set('jane@example.net', FIRST)).toBe('invalid-credentials')
  expect(await records.find(info)).toEqual({})
})

it('a mail over the limit has the same answer, and earlier links stay valid', async () => {
  const { set, confirm, mails, mailedLink, heldMails } = createSetting()
  await set()
  const link = mailedLink()
  heldMails.count = 1
  expect(await set('thief@example.net')).toBe('recovery-address-sent')
  expect(mails).toHaveLength(1)
  expect(await confirm(link)).toBe('recovery-address-confirmed')
})

it('a link confirms an address for a day', async () => {
  const { set, confirm, pass } = createSetting()
  await set()
  pass(DAY_MS - 1000)
  expect(await confirm()).toBe('recovery-address-confirmed')
  await set('john@example.net')
  pass(DAY_MS)
  expect(await confirm()).toBe('recovery-invalid')
})

it('a link confirms an address once, also with parallel tries and after the address was removed', async () => {
  const { set, confirm, shown, remove } = createSetting()
  await set()
  const answers = await Promise.all([confirm(), confirm()])
  expect(answers.toSorted()).toEqual(['recovery-address-confirmed', 'recovery-invalid'])
  const address = await shown(FIRST)
  await remove(address?.removal as Secret)
  expect(await confirm()).toBe('recovery-invalid')
})

it('a used link costs the panel nothing', async () => {
  const { enrol, confirm, commandsOf } = createSetting()
  await enrol()
  expect(await commandsOf(() => confirm())).toEqual([])
})

it('a link for a replaced address confirms nothing', async () => {
  const { set, confirm, mailedLink } = createSetting()
  await set('thief@example.net')
  const link = mailedLink()
  await set()
  expect(await confirm(link)).toBe('recovery-invalid')
  expect(await confirm()).toBe('recovery-address-confirmed')
})

it('a person who asks twice can follow either link, unless the password was changed', async () => {
  const { set, confirm, mailedLink, byOwner } = createSetting()
  await set()
  const first = mailedLink()
  await set()
  expect(await confirm(first)).toBe('recovery-address-confirmed')
  await set('john@example.net')
  const former = mailedLink()
  await byOwner('the owner’s')
  await set('john@example.net')
  expect(await confirm(former)).toBe('recovery-invalid')
  expect(await confirm()).toBe('recovery-address-confirmed')
})

it.each<LinkKind>(['owner', 'address'])('a link of kind %s confirms no address', async (kind) => {
  const { set, confirm, make, commandsOf } = createSetting()
  await set()
  const link = await make(kind)
  expect(await commandsOf(async () => expect(await confirm(link)).toBe('recovery-invalid'))).toEqual([])
})

it('an address that is set again while in force keeps its time', async () => {
  const { enrol, mails, records, byOwner, pass } = createSetting()
  await enrol()
  pass(8 * DAY_MS)
  await enrol()
  expect((await records.find(info)).confirmed?.confirmedMs).toBe(NOW)
  expect(mails.map(({ kind }) => kind)).not.toContain('address-replaced')
  await byOwner('the owner’s')
  await enrol()
  expect((await records.find(info)).confirmed?.confirmedMs).toBe(NOW + 8 * DAY_MS)
})

it('a link can be used again if the address could not be saved', async () => {
  const { set, confirm, store } = createSetting()
  await set()
  const save = store.set
  breakStore(store, ['set'])
  expect(await confirm()).toBe('store-unavailable')
  Object.assign(store, { set: save })
  expect(await confirm()).toBe('recovery-address-confirmed')
})

it('a settled address outlasts changes with the mailbox’s password, and each needs two more panel commands', async () => {
  const { enrol, shown, commandsOf, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  expect(await commandsOf(() => shown('the second password'))).toEqual(['hash', 'hash', 'change', 'hash'])
  expect(await shown('the third password')).toMatchObject({ masked: 'j…@e….net', isEnded: false })
})

it('an address that is not settled ends, and costs the panel nothing', async () => {
  const { enrol, shown, commandsOf, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS - 1)
  expect(await commandsOf(() => shown('the second password'))).toEqual(['hash', 'change'])
  expect(await shown('the third password')).toMatchObject({ isEnded: true })
})

it('a settled address outlasts a change by a link that was sent to it, with one more command', async () => {
  const { enrol, make, redeem, shown, commandsOf, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  const link = await make('address')
  const redeemIt = async () => expect(await redeem(link, 'the second password')).toBe('changed')
  expect(await commandsOf(redeemIt)).toEqual(['hash', 'change', 'hash'])
  expect(await shown('the third password')).toMatchObject({ isEnded: false })
})

type Setting = ReturnType<typeof createSetting>

it.each<[string, (setting: Setting) => Promise<unknown>]>([
  ['the owner', ({ byOwner }) => byOwner('the owner’s')],
  ['a link of the owner', async ({ redeem, make }) => redeem(await make('owner'), 'the second password')],
  ['the panel', async ({ state }) => Object.assign(state, { password: 'the panel’s' })],
])('a change by %s ends an address for good', async (_what, changeIt) => {
  const setting = createSetting()
  const { enrol, shown, pass } = setting
  await enrol()
  pass(30 * DAY_MS)
  await changeIt(setting)
  for (const number of [1, 2, 3]) {
    pass(30 * DAY_MS)
    expect(await shown(`password ${number}`)).toMatchObject({ isEnded: true })
  }
})

it('a change in the panel between the proof and the domain lock ends an address', async () => {
  const { enrol, shown, state, beforeCommands, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  beforeCommands.push(
    () => undefined,
    () => Object.assign(state, { changes: 9 }),
  )
  expect(await shown('the second password')).toMatchObject({ isEnded: true })
})

it('an address is not renewed for a hash that doesn’t accept the new password', async () => {
  const { enrol, shown, state, beforeCommands, notKept, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  beforeCommands.push(
    () => undefined,
    () => undefined,
    () => undefined,
    () => Object.assign(state, { password: 'the panel’s' }),
  )
  expect(await shown('the second password')).toMatchObject({ isEnded: true })
  expect(notKept).toEqual(['changed-again'])
})

it('a caller without time for it gets only the change, and the address ends', async () => {
  const { enrol, shown, state, notKept, commandsOf, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  Object.assign(state, { commandMs: 1000, timeoutMs: 3500 })
  const change = async () => expect(await shown('the second password')).toMatchObject({ isEnded: true })
  expect(await commandsOf(change)).toEqual(['hash', 'change'])
  expect(notKept).toEqual(['no-time'])
})

it('a caller whom the change itself kept waiting does not wait longer', async () => {
  const { enrol, shown, state, notKept, beforeCommands, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  Object.assign(state, { commandMs: 1000, timeoutMs: 4500 })
  beforeCommands.push(
    () => undefined,
    () => undefined,
    () => Object.assign(state, { commandMs: 2000 }),
  )
  expect(await shown('the second password')).toMatchObject({ isEnded: true })
  expect(notKept).toEqual(['no-time'])
})

it.each<[string, number]>([
  ['before', 1],
  ['after', 3],
])('a change goes on if the panel fails %s it, and the address ends', async (_when, at) => {
  const { enrol, shown, notKept, beforeCommands, state, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  const fail = (): never => {
    throw new PanelFault('panel-busy', 'load-too-high')
  }
  beforeCommands.push(...Array.from({ length: at }, () => () => undefined), fail)
  expect(await shown('the second password')).toMatchObject({ isEnded: true })
  expect(state.password).toBe('the second password')
  expect(notKept).toEqual(['panel-busy load-too-high'])
})

it('a change goes on if the store fails before or after it', async () => {
  const { enrol, shown, store, notKept, state, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  breakStore(store, ['set'])
  expect(await shown('the second password')).toMatchObject({ isEnded: true })
  breakStore(store, ['get'])
  expect(await shown('the third password')).toBeUndefined()
  expect(state.password).toBe('the third password')
  expect(notKept).toEqual(['store-unavailable ENOSPC', 'store-unavailable ENOSPC'])
})

it('an address can’t be bound to a hash that Rekey can’t check, though the mail server has checked the password', async () => {
  const { set, state, mails } = createSetting({ asksMailServer: true })
  state.unknownScheme = true
  expect(await set()).toBe('change-password-first')
  state.unknownScheme = false
  expect(await set()).toBe('recovery-address-sent')
  expect(mails).toHaveLength(1)
})

it('an address is bound only to a hash of the password that the mail server accepted', async () => {
  const { set, state } = createSetting({ asksMailServer: true })
  state.password = 'one that the mail server doesn’t know yet'
  expect(await set('jane@example.net', FIRST)).toBe('invalid-credentials')
})

it('an address removed by its token is gone; everyone is notified once, and nobody a second time', async () => {
  const { enrol, shown, remove, records, mails, ownerNotices } = createSetting()
  await enrol()
  const removal = (await shown('the second password'))?.removal as Secret
  expect(await remove(removal)).toBe('recovery-address-removed')
  expect(await records.find(info)).toEqual({})
  expect(await remove(removal)).toBe('recovery-address-removed')
  const removed = {
    kind: 'address-removed',
    language: 'de',
    masked: 'j…@e….net',
    clientAddress: CLIENT_ADDRESS,
  }
  expect(mails.slice(-2)).toMatchObject([
    { ...removed, to: 'info@example.org' },
    { ...removed, to: 'jane@example.net' },
  ])
  expect(mails).toHaveLength(4)
  // It was set, and removed.
  expect(ownerNotices).toEqual(['info@example.org', 'info@example.org'])
  expect(await shown('the third password')).toBeUndefined()
})

it('a token to remove an address expires after half an hour, and works only for that address', async () => {
  const { enrol, set, shown, remove, records, pass } = createSetting()
  await enrol()
  const removal = (await shown('the second password'))?.removal as Secret
  await enrol('john@example.net')
  await set('jane@example.net')
  await remove(removal)
  expect(await records.find(info)).toMatchObject({
    confirmed: { address: 'john@example.net' },
    pending: { address: 'jane@example.net' },
  })
  pass(30 * 60_000)
  expect(await remove(removal)).toBe('removal-expired')
})

it('a pending address outlasts the removal of the one before it', async () => {
  const { enrol, set, confirm, shown, remove } = createSetting()
  await enrol()
  const removal = (await shown('the second password'))?.removal as Secret
  await set('john@example.net')
  await remove(removal)
  expect(await confirm()).toBe('recovery-address-confirmed')
})

it('a thief with the password who sets an address loses it by the victim’s change, and the victim sees it', async () => {
  const { enrol, make, redeem, shown, pass } = createSetting()
  await enrol('thief@evil.example')
  pass(3 * DAY_MS)
  const link = await make('address')
  expect(await shown('the second password')).toMatchObject({ masked: 't…@e….example', isEnded: true })
  expect(await redeem(link, 'the thief’s')).toBe('recovery-invalid')
})

it('a thief with the old password sets no address after the victim’s change, nor with an earlier link', async () => {
  const { set, confirm, shown } = createSetting()
  await set('thief@evil.example')
  await shown('the second password')
  expect(await confirm()).toBe('recovery-invalid')
  expect(await set('thief@evil.example', FIRST)).toBe('invalid-credentials')
})

it('a thief who changes the password doesn’t end the victim’s settled address', async () => {
  const { enrol, shown, make, redeem, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  await shown('the thief’s')
  expect(await redeem(await make('address'), 'the victim’s')).toBe('changed')
})

it('a link sent to an address sets no password after the address was removed or replaced', async () => {
  const { enrol, make, redeem, records, pass } = createSetting()
  await enrol()
  pass(2 * DAY_MS)
  const first = await make('address')
  await enrol('john@example.net')
  expect(await redeem(first, 'the second password')).toBe('recovery-invalid')
  const second = await make('address')
  await records.save(info, {})
  expect(await redeem(second, 'the second password')).toBe('recovery-invalid')
})

it('a lost store has no address, and no link to one works', async () => {
  const { enrol, set, confirm, make, redeem, shown, store, pass } = createSetting()
  await enrol()
  pass(2 * DAY_MS)
  const link = await make('address')
  await set('john@example.net')
  for (const [key] of await store.entries('')) await store.delete(key)
  expect(await redeem(link, 'the second password')).toBe('recovery-invalid')
  expect(await confirm()).toBe('recovery-invalid')
  expect(await shown('the second password')).toBeUndefined()
})

it('after a rollback of the store over a change, the address has ended', async () => {
  const { enrol, shown, store, pass } = createSetting()
  await enrol()
  pass(7 * DAY_MS)
  const before = await store.entries('')
  await shown('the second password')
  for (const [key, value] of before) await store.set(key, value)
  expect(await shown('the third password')).toMatchObject({ isEnded: true })
})

it('a record copied from another mailbox’s key can’t be read', async () => {
  const { enrol, shown, store, seal } = createSetting()
  await enrol()
  const [[, value] = ['', '']] = await store.entries('address:')
  const confirmed = seal.open(seal.keyOf(info.address), value)
  const key = seal.keyOf('sales@example.org')
  const thief = { ...confirmed, mailbox: 'sales@example.org' }
  await store.set(seal.keyOf(info.address), seal.seal(key, thief))
  expect(await shown('the second password')).toBeUndefined()
})
