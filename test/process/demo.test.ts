import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const DEMO = fileURLToPath(new URL('../panel-simulator/demo.ts', import.meta.url))

it('the demo prints a command that works and shows all ways to recover a password, whatever the environment holds', async () => {
  const panel = { REKEY_DEMO_PANEL_RELEASE: '1.9', REKEY_DEMO_PANEL: 'fast' }
  const foreign = { HESTIA_API_KEY: 'another one', REKEY_LOG_LEVEL: 'silent', REKEY_BASE_PATH: '/elsewhere' }
  const demo = spawn(process.execPath, ['--import', 'tsx', DEMO], {
    env: { ...process.env, ...foreign, REKEY_PORT: '0', ...panel },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void demo.kill('SIGKILL'))
  const lines: string[] = []
  const reader = createInterface({ input: demo.stdout }).on('line', (line) => void lines.push(line))
  while (!lines.some((line) => line.includes('Below is'))) await once(reader, 'line')

  expect(lines).toContainEqual(expect.stringContaining('a simulator of Hestia 1.9 at https://'))
  expect(lines).toContainEqual(expect.stringContaining('on a fast machine: a command takes'))
  expect(lines).toContainEqual(expect.stringMatching(/^0\.16 to 0\.31 s,/))

  const command = lines.find((line) => line.trim().startsWith('curl ')) ?? ''
  const [, url = '', body = ''] = /curl -i (\S+) .* -d '(.*)'$/.exec(command) ?? []
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body })
  expect(await response.json()).toMatchObject({ code: 'changed', recoveryAddress: { ended: false } })

  const api = url.replace('password-changes', '')
  const post = async (path: string, request: object): Promise<Record<string, string>> => {
    const answer = await fetch(`${api}${path}`, { method: 'POST', headers, body: JSON.stringify(request) })
    return (await answer.json()) as Record<string, string>
  }
  const account = { username: 'alice', password: 'alice panel pw' }
  const made = await post('recovery-links', { email: 'info@example.org', account })
  const redeemed = { recovery: made.url, newPassword: 'another wholly new secret' }
  expect(await post('password-changes', redeemed)).toEqual({ code: 'changed' })
  for (const helper of ['administrator', 'address']) {
    const asked = await post('recovery-requests', { email: 'info@example.org', helper })
    expect(asked).toEqual({ code: 'recovery-requested' })
  }

  const [, mailPage = ''] = /Its mail: {2}(\S+)/.exec(lines.join('\n')) ?? []
  const mail = async (): Promise<string> => (await fetch(mailPage)).text()
  await expect.poll(mail).toContain('To info@example.org')
  await expect.poll(mail).toContain('To jane@example.net')

  demo.kill('SIGINT')
  const [code] = await once(demo, 'close')
  expect(code).toBe(0)
  expect(lines.at(-1)).toContain('"event":"stopped"')
})

it.each([
  ['REKEY_DEMO_PANEL_RELEASE', '1.7', 'must be one of 1.8, 1.9, 1.10, not "1.7"'],
  ['REKEY_DEMO_PANEL', 'slow', 'must be one of small, fast, not "slow"'],
])(
  'the demo refuses a %s that it does not know, and tells those that it knows',
  async (name, value, expected) => {
    const demo = spawn(process.execPath, ['--import', 'tsx', DEMO], {
      env: { ...process.env, [name]: value },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    onTestFinished(() => void demo.kill('SIGKILL'))
    const ended = once(demo, 'close')
    expect(await text(demo.stderr)).toBe(`${name} ${expected}\n`)
    expect(await ended).toEqual([1, null])
  },
)
