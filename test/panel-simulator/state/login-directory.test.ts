import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { CHANGE } from '../commands/command-names.js'
import { startPanelClient } from '../panel-client.js'

it('a simulator with a login directory keeps the mail server’s files in step with itself, with the hashes that it is told to make', async () => {
  const loginDirectory = mkdtempSync(join(tmpdir(), 'rekey-logins-'))
  onTestFinished(() => rmSync(loginDirectory, { recursive: true }))
  const hashPassword = async (password: string) => `{PLAIN}${password}`
  const { panel, run } = await startPanelClient({ loginDirectory, hashPassword })
  const path = join(loginDirectory, 'bob.example.com', 'passwd')
  expect(readFileSync(path, 'utf8')).toBe('bob:{PLAIN}bob mail pw\n')
  const { mtimeMs: before } = statSync(path)

  const change = ['bob', 'bob.example.com', 'bob', 'a wholly new secret']
  expect(await run(CHANGE, change)).toMatchObject({ exitCode: '0' })

  expect(readFileSync(path, 'utf8')).toBe('bob:{PLAIN}a wholly new secret\n')
  expect(panel.loginFile('bob.example.com')).toEqual(['bob:{PLAIN}a wholly new secret'])
  expect(statSync(path).mtimeMs).toBeGreaterThanOrEqual(before + 1000)
})
