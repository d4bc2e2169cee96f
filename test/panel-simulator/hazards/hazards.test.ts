import { describe, expect, it } from 'vitest'
import { meetingsOf } from '../../kit/truth.js'
import { CHANGE } from '../commands/command-names.js'
import { totp } from '../commands/totp.js'
import { startPanelClient } from '../panel-client.js'
import { type PanelSimulator, panelReleases } from '../simulator.js'

const CHECK = 'v-check-user-password'
const GET = 'v-get-mail-account-value'

it('the check of a hosting account reads the first line of a file that the password names', async () => {
  const { panel, run } = await startPanelClient()
  panel.files.set('/tmp/secret', 'alice panel pw\nmore')
  expect(await run(CHECK, ['alice', '/tmp/secret'], 'yes')).toMatchObject({ body: '0' })
  expect(await run(CHECK, ['alice', '/tmp/missing'], 'yes')).toMatchObject({ body: '9' })
})

it.each(['carol', 'dave', 'erin', 'frank'])(
  'the check of a hosting account passes %s, whom the login page would refuse',
  async (name) => {
    const { run } = await startPanelClient()
    expect(await run(CHECK, [name, `${name} panel pw`], 'yes')).toMatchObject({ body: '0' })
  },
)

it('the check of a hosting account logs each try with the address it was given, else its own', async () => {
  const { panel, run } = await startPanelClient()
  await run(CHECK, ['alice', 'wrong', '203.0.113.9'])
  await run(CHECK, ['alice', 'alice panel pw'])
  expect(panel.authLog).toEqual([
    { account: 'alice', address: '203.0.113.9', ok: false },
    { account: 'alice', address: '127.0.0.1', ok: true },
  ])
})

it('the check of a hosting account takes the one-time codes of the neighbouring steps and no others', async () => {
  const { run } = await startPanelClient()
  const answers = [-90_000, -30_000, 0, 30_000, 90_000].map(async (driftMs) => {
    const code = totp('JBSWY3DPEHPK3PXP', Date.now() + driftMs)
    return (await run('v-check-user-2fa', ['dave', code], 'yes')).body
  })
  expect(await Promise.all(answers)).toEqual(['9', '0', '0', '0', '9'])
})

it('a password on its way to the panel loses the white space at its ends', async () => {
  const { panel, run } = await startPanelClient()
  await run(CHANGE, ['alice', 'example.org', 'info', '\t\v new one \0\r\n'])
  expect(await panel.accepts('info@example.org', 'new one')).toBe(true)
  expect(panel.calls[0]?.args[3]).toBe('\t\v new one \0\r\n')
})

it('a password on its way to the panel breaks the call by a NUL inside and changes nothing', async () => {
  const { panel, run } = await startPanelClient()
  const answer = await run(CHANGE, ['alice', 'example.org', 'info', 'new\0one'], 'yes')
  expect(answer).toMatchObject({ status: 500, exitCode: undefined, body: '' })
  expect(await panel.accepts('info@example.org', 'info mail pw')).toBe(true)
})

it('a password on its way to the panel is replaced by the first line of the file it names', async () => {
  const { panel, run } = await startPanelClient()
  panel.files.set('/tmp/note', 'from the file\nmore')
  await run(CHANGE, ['alice', 'example.org', 'info', '/tmp/note'])
  expect(await panel.accepts('info@example.org', 'from the file')).toBe(true)
  expect(await panel.accepts('info@example.org', '/tmp/note')).toBe(false)
})

it('a password on its way to the panel counts up to its 72nd byte only', async () => {
  const { panel, run } = await startPanelClient()
  await run(CHANGE, ['alice', 'example.org', 'info', `${'é'.repeat(36)}first`])
  expect(await panel.accepts('info@example.org', `${'é'.repeat(36)}second`)).toBe(true)
  expect(await panel.accepts('info@example.org', 'é'.repeat(35))).toBe(false)
})

describe.each(panelReleases)('on Hestia %s', (release) => {
  const newest = release === '1.10'

  it(`on Hestia ${release} a hosting account’s password that begins with a hyphen opens any account, if the release is new`, async () => {
    const { run } = await startPanelClient({ release })
    const answer = { body: newest ? '0' : '9' }
    expect(await run(CHECK, ['alice', '-x'], 'yes')).toMatchObject(answer)
    expect(await run(CHECK, ['admin', '--help'], 'yes')).toMatchObject(answer)
    expect(await run(CHECK, ['nobody', '-x'], 'yes')).toMatchObject({ body: '9' })
  })

  it(`on Hestia ${release} a change of i.fo deletes the login of info, and no record gets the new hash`, async () => {
    const { panel, run } = await startPanelClient({ release })
    const answer = await run(CHANGE, ['alice', 'example.org', 'i.fo', 'a new one'], 'yes')
    expect(answer).toMatchObject({ status: 200, body: '0' })
    expect(panel.mailbox('info@example.org')?.loginLines).toEqual([])
    expect(await panel.accepts('info@example.org', 'info mail pw')).toBe(true)
    expect(panel.loginFile('example.org').at(-1)).toMatch(/^i\.fo:\{BLF-CRYPT\}[^ ]+$/)
  })

  it(`on Hestia ${release} a change of inf. is refused, if the release wants a letter or a digit there`, async () => {
    const { panel, run } = await startPanelClient({ release })
    const answer = await run(CHANGE, ['alice', 'example.org', 'inf.', 'a new one'])
    expect(answer.body).toBe(release === '1.8' ? 'Error: invalid account format :: inf.' : '')
    expect(panel.mailbox('info@example.org')?.loginLines).toHaveLength(release === '1.8' ? 1 : 0)
  })

  it.each([
    {
      sibling: 'later',
      name: 'john.doe',
      other: 'john-doe',
      found: 'john-doe',
      password: 'john-doe mail pw',
    },
    { sibling: 'earlier', name: 'ann.lee', other: 'ann-lee', found: 'ann.lee', password: 'ann dash pw' },
  ])(
    `on Hestia ${release} a change of $name deletes the login of its $sibling sibling $other, whatever the lookup answered`,
    async ({ name, other, found, password }) => {
      const { panel, run } = await startPanelClient({ release })
      const looked = await run(GET, ['alice', 'example.org', name, 'account'])
      const several = expect.stringMatching(/^Error: Invalid object format: ACCOUNT='.* ACCOUNT='/)
      expect(looked).toMatchObject(newest ? { exitCode: '2', body: several } : { exitCode: '0', body: found })
      const answer = await run(CHANGE, ['alice', 'example.org', name, 'a new one'], 'yes')
      expect(answer).toMatchObject({ status: 200, body: '0' })
      expect(panel.mailbox(`${other}@example.org`)?.loginLines).toEqual([])
      expect(await panel.accepts(`${other}@example.org`, password)).toBe(true)
      expect(await panel.accepts(`${name}@example.org`, 'a new one')).toBe(true)
      const { hash, loginLines } = panel.mailbox(`${name}@example.org`) ?? {}
      const broken = expect.stringContaining('Error: Invalid object format')
      expect(loginLines).toEqual([newest ? broken : `${name}:${hash}`])
    },
  )

  it.each(['john-doe', 'ann-lee', 'solo.name'])(
    `on Hestia ${release} a change of %s does no harm`,
    async (name) => {
      const { panel, run } = await startPanelClient({ release })
      await run(CHANGE, ['alice', 'example.org', name, 'a new one'])
      expectConsistent(panel, ['info', 'john.doe', 'john-doe', 'ann-lee', 'ann.lee', 'solo.name'])
      expect(await panel.accepts(`${name}@example.org`, 'a new one')).toBe(true)
    },
  )

  it.each(['ann\\.lee', 'ann[^.]lee'])(
    `on Hestia ${release} a change of %s is refused for its form`,
    async (account) => {
      const { run } = await startPanelClient({ release })
      const answer = await run(CHANGE, ['alice', 'example.org', account, 'a new one'])
      expect(answer).toMatchObject({ exitCode: '2', body: `Error: invalid account format :: ${account}` })
    },
  )
})

it('a lookup can refuse an escaped name, before it looks for the domain', async () => {
  const { panel, run } = await startPanelClient()
  panel.switches.lookupChecksName = true
  for (const [user, domain] of [
    ['alice', 'example.org'],
    ['nobody', 'unknown.example'],
  ] as const) {
    expect(await run(GET, [user, domain, 'ann\\.lee', 'account'])).toMatchObject({
      exitCode: '2',
      body: 'Error: invalid account format :: ann\\.lee',
    })
  }
  expect(await run(GET, ['alice', 'example.org', 'solo.name', 'account'])).toMatchObject({
    body: 'solo.name',
  })
})

it('a dot in a domain finds a domain by wildcard but not the file of its mailboxes', async () => {
  const { run } = await startPanelClient()
  const answer = await run(GET, ['alice', 'exam.le.org', 'info', 'account'])
  expect(answer).toMatchObject({ exitCode: '3', body: "Error: exam.le.org account info doesn't exist" })
  const change = await run(CHANGE, ['alice', 'exam.le.org', 'info', 'a new one'])
  expect(change).toMatchObject({ exitCode: '3', body: "Error: exam.le.org account info doesn't exist" })
})

it('changes at the same time corrupt the login file of their domain', async () => {
  const { panel, run } = await startPanelClient()
  await changeTogether(panel, run, [
    ['alice', 'example.org', 'info', 'a new one'],
    ['alice', 'example.org', 'sales', 'another new one'],
  ])
  expect(await panel.accepts('info@example.org', 'a new one')).toBe(true)
  expect(await panel.accepts('sales@example.org', 'another new one')).toBe(true)
  expect(() => expectConsistent(panel, ['info', 'sales'])).toThrow()
  expect(meetingsOf(panel)).toEqual([panel.changeRuns])
})

it('changes at the same time do no harm in different domains', async () => {
  const { panel, run } = await startPanelClient()
  await changeTogether(panel, run, [
    ['alice', 'example.org', 'info', 'a new one'],
    ['bob', 'bob.example.com', 'bob', 'another new one'],
  ])
  expectConsistent(panel, ['info'])
  const bob = panel.mailbox('bob@bob.example.com')
  expect(bob?.loginLines).toEqual([`bob:${bob?.hash}`])
  expect(panel.maxConcurrent).toBe(2)
  expect(meetingsOf(panel)).toEqual([])
})

it('changes at the same time one after another leave both stores alike', async () => {
  const { panel, run } = await startPanelClient()
  for (const account of ['info', 'sales', 'legacy']) {
    await run(CHANGE, ['alice', 'example.org', account, `${account} new`])
  }
  expectConsistent(panel, ['info', 'sales', 'legacy', 'paused', 'john.doe', 'john-doe', 'ann-lee', 'ann.lee'])
  expect(panel.maxConcurrent).toBe(1)
  expect(meetingsOf(panel)).toEqual([])
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

/** Each of these mailboxes of example.org has one login line, with the hash in the panel's record. */
function expectConsistent(panel: PanelSimulator, accounts: readonly string[]): void {
  for (const account of accounts) {
    const mailbox = panel.mailbox(`${account}@example.org`)
    expect(mailbox?.loginLines).toEqual([`${account}:${mailbox?.hash}`])
  }
}
