import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const DEMO = fileURLToPath(new URL('../panel-simulator/demo.ts', import.meta.url))

it('the demo prints a command that works, whatever the environment holds, and ends when it is told to', async () => {
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
  expect(lines).toContainEqual(expect.stringContaining('on a fast machine: a command alone takes'))
  expect(lines).toContainEqual(expect.stringMatching(/^0\.16 to 0\.31 s,/))

  const command = lines.find((line) => line.trim().startsWith('curl ')) ?? ''
  const [, url = '', body = ''] = /curl -i (\S+) .* -d '(.*)'$/.exec(command) ?? []
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body })
  expect(await response.json()).toEqual({ code: 'changed' })

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
