import { describe, expect, it } from 'vitest'
import { startPanelClient } from './panel-client.js'
import type { PanelSimulator } from './simulator.js'
import { totp } from './totp.js'

const CHECK = 'v-check-user-password'
const GET = 'v-get-mail-account-value'
const CHANGE = 'v-change-mail-account-password'

describe('the check of a hosting account', () => {
  it('succeeds for any existing account when the password begins with a hyphen', async () => {
    const { run } = await startPanelClient()
    expect(await run(CHECK, ['alice', '-x'], 'yes')).toMatchObject({ body: '0' })
    expect(await run(CHECK, ['admin', '--help'], 'yes')).toMatchObject({ body: '0' })
    expect(await run(CHECK, ['nobody', '-x'], 'yes')).toMatchObject({ body: '9' })
  })

  it('reads the first line of a file that the password names', async () => {
    const { panel, run } = await startPanelClient()
    panel.files.set('/tmp/secret', 'alice panel pw\nmore')
    expect(await run(CHECK, ['alice', '/tmp/secret'], 'yes')).toMatchObject({ body: '0' })
    expect(await run(CHECK, ['alice', '/tmp/missing'], 'yes')).toMatchObject({ body: '9' })
  })

  it.each(['carol', 'dave', 'erin', 'frank'])('passes %s, whom the login page would refuse', async (name) => {
    const { run } = await startPanelClient()
    expect(await run(CHECK, [name, `${name} panel pw`], 'yes')).toMatchObject({ body: '0' })
  })

  it('logs each try with the address it was given, else its own', async () => {
    const { panel, run } = await startPanelClient()
    await run(CHECK, ['alice', 'wrong', '203.0.113.9'])
    await run(CHECK, ['alice', 'alice panel pw'])
    expect(panel.authLog).toEqual([
      { account: 'alice', address: '203.0.113.9', ok: false },
      { account: 'alice', address: '127.0.0.1', ok: true },
    ])
  })

  it('takes the one-time codes of the neighbouring steps and no others', async () => {
    const { run } = await startPanelClient()
    const answers = [-90_000, -30_000, 0, 30_000, 90_000].map(async (driftMs) => {
      const code = totp('JBSWY3DPEHPK3PXP', Date.now() + driftMs)
      return (await run('v-check-user-2fa', ['dave', code], 'yes')).body
    })
    expect(await Promise.all(answers)).toEqual(['9', '0', '0', '0', '9'])
  })
})

describe('a password on its way to the panel', () => {
  it('loses the white space at its ends', async () => {
    const { panel, run } = await startPanelClient()
    await run(CHANGE, ['alice', 'example.org', 'info', '\t\v new one \0\r\n'])
    expect(await panel.accepts('info@example.org', 'new one')).toBe(true)
    expect(panel.calls[0]?.args[3]).toBe('\t\v new one \0\r\n')
  })

  it('breaks the call by a NUL inside and changes nothing', async () => {
    const { panel, run } = await startPanelClient()
    const answer = await run(CHANGE, ['alice', 'example.org', 'info', 'new\0one'], 'yes')
    expect(answer).toMatchObject({ status: 500, exitCode: undefined, body: '' })
    expect(await panel.accepts('info@example.org', 'info mail pw')).toBe(true)
  })

  it('is replaced by the first line of the file it names', async () => {
    const { panel, run } = await startPanelClient()
    panel.files.set('/tmp/note', 'from the file\nmore')
    await run(CHANGE, ['alice', 'example.org', 'info', '/tmp/note'])
    expect(await panel.accepts('info@example.org', 'from the file')).toBe(true)
    expect(await panel.accepts('info@example.org', '/tmp/note')).toBe(false)
  })

  it('counts up to its 72nd byte only', async () => {
    const { panel, run } = await startPanelClient()
    await run(CHANGE, ['alice', 'example.org', 'info', `${'é'.repeat(36)}first`])
    expect(await panel.accepts('info@example.org', `${'é'.repeat(36)}second`)).toBe(true)
    expect(await panel.accepts('info@example.org', 'é'.repeat(35))).toBe(false)
  })
})

describe('a dot in a name', () => {
  it('leads a change of inf. to the loss of the login of info', async () => {
    const { panel, run } = await startPanelClient()
    const answer = await run(CHANGE, ['alice', 'example.org', 'inf.', 'a new one'], 'yes')
    expect(answer).toMatchObject({ status: 200, body: '0' })
    expect(panel.mailbox('info@example.org')?.loginLines).toEqual([])
    expect(await panel.accepts('info@example.org', 'info mail pw')).toBe(true)
    expect(panel.loginFile('example.org').at(-1)).toMatch(/^inf\.:\{BLF-CRYPT\}/)
  })

  it('leads a change of john.doe to the loss of the login of john-doe and a broken record', async () => {
    const { panel, run } = await startPanelClient()
    const answer = await run(CHANGE, ['alice', 'example.org', 'john.doe', 'a new one'], 'yes')
    expect(answer).toMatchObject({ status: 200, body: '0' })
    expect(panel.mailbox('john-doe@example.org')?.loginLines).toEqual([])
    expect(await panel.accepts('john-doe@example.org', 'john-doe mail pw')).toBe(true)
    expect(panel.mailbox('john.doe@example.org')?.loginLines).toEqual([
      expect.stringContaining('Error: Invalid object format'),
    ])
  })

  it('does no harm in the change of john-doe', async () => {
    const { panel, run } = await startPanelClient()
    await run(CHANGE, ['alice', 'example.org', 'john-doe', 'a new one'])
    expectConsistent(panel, ['john-doe', 'john.doe', 'info'])
    expect(await panel.accepts('john-doe@example.org', 'a new one')).toBe(true)
  })

  it('finds a domain by wildcard but not the file of its mailboxes', async () => {
    const { run } = await startPanelClient()
    const answer = await run(GET, ['alice', 'exam.le.org', 'info', 'account'])
    expect(answer).toMatchObject({ exitCode: '3', body: "Error: exam.le.org account info doesn't exist" })
    const change = await run(CHANGE, ['alice', 'exam.le.org', 'info', 'a new one'])
    expect(change).toMatchObject({ exitCode: '3', body: "Error: exam.le.org account info doesn't exist" })
  })
})

describe('changes at the same time', () => {
  it('corrupt the login file of their domain', async () => {
    const { panel, run } = await startPanelClient()
    await changeTogether(panel, run, [
      ['alice', 'example.org', 'info', 'a new one'],
      ['alice', 'example.org', 'sales', 'another new one'],
    ])
    expect(await panel.accepts('info@example.org', 'a new one')).toBe(true)
    expect(await panel.accepts('sales@example.org', 'another new one')).toBe(true)
    expect(() => expectConsistent(panel, ['info', 'sales'])).toThrow()
  })

  it('do no harm in different domains', async () => {
    const { panel, run } = await startPanelClient()
    await changeTogether(panel, run, [
      ['alice', 'example.org', 'info', 'a new one'],
      ['bob', 'bob.example.com', 'bob', 'another new one'],
    ])
    expectConsistent(panel, ['info'])
    const bob = panel.mailbox('bob@bob.example.com')
    expect(bob?.loginLines).toEqual([`bob:${bob?.hash}`])
    expect(panel.maxConcurrent).toBe(2)
  })

  it('one after another leave both stores alike', async () => {
    const { panel, run } = await startPanelClient()
    for (const account of ['info', 'sales', 'legacy']) {
      await run(CHANGE, ['alice', 'example.org', account, `${account} new`])
    }
    expectConsistent(panel, ['info', 'sales', 'legacy', 'paused', 'john.doe', 'john-doe'])
    expect(panel.maxConcurrent).toBe(1)
  })
})

it('takes the delay for every command, and a new delay at once', async () => {
  const { panel, run } = await startPanelClient({ delayMs: 40 })
  const startedMs = performance.now()
  await run(GET, ['alice', 'example.org', 'info', 'account'])
  await run(CHANGE, ['alice', 'example.org', 'info', 'a new one'])
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(78)
  panel.delayMs = 0
  await run(GET, ['alice', 'example.org', 'info', 'account'])
  expect(panel.delayMs).toBe(0)
})

it('shares no state with another simulator', async () => {
  const [one, other] = await Promise.all([startPanelClient(), startPanelClient()])
  await one.run(CHANGE, ['alice', 'example.org', 'info', 'a new one'])
  one.panel.account('alice').suspended = true
  expect(await other.panel.accepts('info@example.org', 'info mail pw')).toBe(true)
  expect(other.panel.account('alice').suspended).toBe(false)
})

type Run = Awaited<ReturnType<typeof startPanelClient>>['run']

async function changeTogether(panel: PanelSimulator, run: Run, changes: readonly string[][]): Promise<void> {
  const holds = changes.map(() => panel.hold(CHANGE))
  const answers = changes.map((args) => run(CHANGE, args, 'yes'))
  await Promise.all(holds.map(({ arrived }) => arrived))
  for (const { release } of holds) release()
  for (const answer of answers) expect(await answer).toMatchObject({ body: '0' })
}

/** Each of these mailboxes of example.org has one login line, which holds the hash of the panel's record. */
function expectConsistent(panel: PanelSimulator, accounts: readonly string[]): void {
  for (const account of accounts) {
    const mailbox = panel.mailbox(`${account}@example.org`)
    expect(mailbox?.loginLines).toEqual([`${account}:${mailbox?.hash}`])
  }
}
