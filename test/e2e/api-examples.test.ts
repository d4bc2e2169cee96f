import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { type PanelSimulator, startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { blocksFrom } from './kit/document.js'
import { PATH } from './kit/programs.js'
import { type Rekey, startRekey } from './kit/rekey.js'
import { scratchDirectory } from './kit/scratch.js'

const TOKEN = '0123456789abcdef0123456789abcdef'
const run = promisify(execFile)

let panel: PanelSimulator
let rekey: Rekey

beforeAll(async () => {
  panel = await startPanelSimulator()
  atEnd(() => panel.close())
  rekey = await startRekey(panel, { REKEY_CLIENTS: `desk=${TOKEN}` })
})

/** Runs an example as its own program and returns its output. */
async function print(
  [heading, language, program, file]: readonly [string, string, string, string],
  variables: Record<string, string> = {},
): Promise<string> {
  const [example = ''] = blocksFrom('docs/api.md', heading, language)
  const path = join(scratchDirectory('example'), file)
  writeFileSync(path, example)
  const { stdout } = await run(program, [path], {
    env: { PATH, REKEY_URL: rekey.url, REKEY_TOKEN: TOKEN, ...variables },
  })
  return stdout
}

describe.each([
  ['curl', 'sh', 'sh', 'example.sh', 'info'],
  ['PHP', 'php', 'php', 'example.php', 'sales'],
  ['Python', 'python', 'python3', 'example.py', 'legacy'],
  ['Node', 'js', process.execPath, 'example.mjs', 'john-doe'],
] as const)('the example in %s', (heading, language, program, file, name) => {
  const example = [heading, language, program, file] as const
  const mailbox = `${name}@example.org`
  const change = {
    MAILBOX: mailbox,
    CURRENT_PASSWORD: `${name} mail pw`,
    NEW_PASSWORD: 'a wholly new secret',
  }

  it(`the example in ${heading} changes a password, for the person whom it names`, async () => {
    expect(await print(example, change)).toMatch(/^(?:changed|\{"code":"changed"\})\n?$/)
    expect(await panel.accepts(mailbox, 'a wholly new secret')).toBe(true)
    expect(rekey.attempts().at(-1)).toMatchObject({ client: 'desk', clientAddress: '203.0.113.9' })
  })

  it(`the example in ${heading} shows what Rekey says of a refusal`, async () => {
    const printed = await print(example, { ...change, NEW_PASSWORD: 'short' })
    expect(printed).toContain('password-rejected')
    expect(printed).toContain('This one breaks a rule.')
    expect(printed).toContain('Use at least 12 characters.')
  })

  it(`the example in ${heading} does not take silence for an answer`, async () => {
    const nobody = print(example, { ...change, REKEY_URL: 'http://127.0.0.1:9' })
    if (heading === 'curl') await expect(nobody).rejects.toThrow('curl: (7)')
    else if (heading === 'Python') await expect(nobody).rejects.toThrow('It is not known')
    else expect(await nobody).toBe('It is not known whether the password was changed.\n')
  })
})

it('the example of a puzzle gets past a limit', async () => {
  const limited = await startRekey(panel, { REKEY_LIMIT_TARGET: '1/1h' })
  const variables = {
    REKEY_URL: limited.url,
    MAILBOX: 'info@example.org',
    NEW_PASSWORD: 'a wholly new secret',
  }
  const example = ['Puzzles', 'js', process.execPath, 'example.mjs'] as const
  const change = (password: string) => print(example, { ...variables, CURRENT_PASSWORD: password })
  expect(await change('wrong')).toBe('invalid-credentials\n')
  expect(await change('wrong')).toBe('invalid-credentials\n')
  expect(limited.attempts().map(({ code }) => code)).toEqual([
    'invalid-credentials',
    'too-many-attempts',
    'invalid-credentials',
  ])
})

it('the example of a question prints what the document says', async () => {
  const printed = await print(['Before the form is sent', 'sh', 'sh', 'example.sh'])
  const [expected = ''] = blocksFrom('docs/api.md', 'Before the form is sent', 'json')
  expect(JSON.parse(printed)).toEqual(JSON.parse(expected))
})
