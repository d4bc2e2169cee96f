import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { linksIn } from '../kit/document-links.js'
import { simulatorEnvironment } from '../kit/service.js'
import { byAccount, CHANGES } from '../kit/submissions.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let scratch: string
let rekey: string
let files: string[]

// Keep the build output, because other tests use it at the same time.
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'rekey-package-'))
  const pack = ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', scratch]
  const [{ filename, files: entries }] = JSON.parse(
    execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }),
  )
  files = entries.map(({ path }: { path: string }) => path)
  execFileSync('tar', ['-xzf', join(scratch, filename), '-C', scratch])
  // Only the packages that npm installs with it are there.
  mkdirSync(join(scratch, 'package/node_modules'))
  symlinkSync(join(ROOT, 'node_modules/@node-rs'), join(scratch, 'package/node_modules/@node-rs'))
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

it('the package names the packages inside it, each with its licence', () => {
  const licences = readFileSync(join(scratch, 'package/dist/licences.txt'), 'utf8')
  const named = [...licences.matchAll(/^(\S+)@\d\S* \((.+)\)$/gm)].map(([, name]) => name)
  expect(named).toEqual(expect.arrayContaining(packagesInSource()))
  // Each repeats the text of its licence.
  expect(licences.match(/^.*Copyright .*$/gim)?.length).toBeGreaterThan(named.length * 0.8)
})

/** The packages that the program imports, except those installed with it. */
function packagesInSource(): string[] {
  const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
    .join('\n')
  const imports = [
    ...source.matchAll(/^(?:import (?!type).*|\} )from '(@[\w-]+\/[\w.-]+|[a-z][\w.-]*)(?:\/[\w./-]+)?'$/gm),
  ]
  return [...new Set(imports.map(([, name = '']) => name))].filter((name) => !(name in manifest.dependencies))
}

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
  expect(execFileSync(process.execPath, [link, '--version'], { encoding: 'utf8' })).toBe('0.2.0\n')
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
