import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { linksIn } from '../kit/document-links.js'
import { simulatorEnvironment } from '../kit/service.js'
import { byAccount, CHANGES } from '../kit/submissions.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let scratch: string
let rekey: string
let files: string[]

// What was built stays as it is: other tests use it at the same time.
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'rekey-package-'))
  const pack = ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', scratch]
  const [{ filename, files: entries }] = JSON.parse(
    execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }),
  )
  files = entries.map(({ path }: { path: string }) => path)
  execFileSync('tar', ['-xzf', join(scratch, filename), '-C', scratch])
  symlinkSync(join(ROOT, 'node_modules'), join(scratch, 'package/node_modules'))
  rekey = join(scratch, 'package/dist/main.js')
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

it('the package has what is needed to run and to set it up, and nothing else', () => {
  const roots = new Set(files.map((path) => path.split('/')[0]))
  expect([...roots].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'deploy',
    'dist',
    'docs',
    'integrations',
    'package.json',
    'views',
  ])
  expect(files.filter((path) => /\.(?:ts|map|tsbuildinfo|tgz)$/.test(path))).toEqual([])
})

it('the package has all that its documents lead to', () => {
  const missing = files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => linksIn(pathToFileURL(join(scratch, 'package', path))))
    .filter((target) => !existsSync(fileURLToPath(target)))
  expect(missing.map(String)).toEqual([])
})

it('the package runs by its name', () => {
  const link = join(scratch, 'rekey')
  symlinkSync(rekey, link)
  const node = '#!/usr/bin/env node\n'
  expect(execFileSync('head', ['-n', '1', link], { encoding: 'utf8' })).toBe(node)
  expect(execFileSync(process.execPath, [link, '--version'], { encoding: 'utf8' })).toBe('0.1.0\n')
})

it('the package makes a change from where it was unpacked', async () => {
  const panel = await startPanelSimulator()
  onTestFinished(() => panel.close())
  const env = { ...simulatorEnvironment(panel), REKEY_PORT: '0' }
  const service = spawn(process.execPath, [rekey], { env, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void service.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: service.stdout }), 'line')
  const { port } = JSON.parse(line) as { port: number }
  const page = await fetch(`http://127.0.0.1:${port}/`)
  expect(await page.text()).toContain('Change password')
  const response = await fetch(`http://127.0.0.1:${port}${CHANGES}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(byAccount()),
  })
  expect(await response.json()).toEqual({ code: 'changed' })
})
