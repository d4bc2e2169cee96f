import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, it } from 'vitest'
import {
  type PanelSimulator,
  simulatorCredentials,
  startPanelSimulator,
} from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { expectChange } from './kit/change.js'
import { ROOT } from './kit/checkout.js'
import { buildImage, type Image } from './kit/image.js'
import { freePort } from './kit/programs.js'
import { type Rekey, startRekey } from './kit/rekey.js'
import { type CommandLine, confined } from './kit/sandbox.js'

const BUILD_MS = 300_000
const run = promisify(execFile)

let image: Image
let panel: PanelSimulator

beforeAll(async () => {
  image = buildImage()
  panel = await startPanelSimulator()
  atEnd(() => panel.close())
}, BUILD_MS)

/** A command as the container would run it. Debian's own files replace those of the base image. */
function inContainer(command: CommandLine): CommandLine {
  const { root, workingDirectory } = image
  const links = ['bin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`])
  const mounts = ['/usr', '/usr/local', workingDirectory].flatMap((path) => {
    const source = path === '/usr' ? path : join(root, path)
    return ['--ro-bind', source, path]
  })
  return confined(command, {
    root: [...mounts, ...links, '--remount-ro', '/', '--chdir', workingDirectory],
  })
}

const port = await freePort()

function start(): Promise<Rekey> {
  const environment = { ...image.environment, REKEY_HOST: '127.0.0.1', REKEY_PORT: `${port}` }
  return startRekey(panel, environment, inContainer(image.entryPoint))
}

async function isHealthy(): Promise<boolean> {
  const [command, ...args] = inContainer(image.healthCheck)
  const env = {
    ...image.environment,
    PATH: '/usr/local/bin:/usr/bin',
    HESTIA_URL: panel.url,
    HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
    HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
    REKEY_HOST: '127.0.0.1',
    REKEY_PORT: `${port}`,
  }
  return run(command, args, { env }).then(
    () => true,
    () => false,
  )
}

it('what the Dockerfile builds makes a change, with nothing that it could write to, and tells whether it is alive', async () => {
  expect(await isHealthy()).toBe(false)
  const rekey = await start()
  await expectChange(rekey.url)
  expect(await (await fetch(`${rekey.url}/`)).text()).toContain('Change password')
  expect(await isHealthy()).toBe(true)
  await rekey.kill()
  expect(await isHealthy()).toBe(false)
})

it('what the Dockerfile builds stops in order when it is told to, as process 1', async () => {
  const rekey = await start()
  const [inside] = readFileSync(`/proc/${rekey.pid}/task/${rekey.pid}/children`, 'utf8').split(' ')
  process.kill(Number(inside), 'SIGTERM')
  await expect.poll(() => rekey.lines().at(-1)?.event).toBe('stopped')
})

it('what the Dockerfile builds has nothing that only development needs, and no npm', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>
  }
  const forDevelopment = Object.keys(packages).filter((path) => packages[path]?.dev)
  expect(forDevelopment.length).toBeGreaterThan(100)
  const inside = (path: string): string => join(image.root, image.workingDirectory, path)
  expect(forDevelopment.filter((path) => existsSync(inside(path)))).toEqual([])
  expect(readdirSync(inside('.')).sort()).toEqual([
    'LICENSE',
    'dist',
    'node_modules',
    'package.json',
    'views',
  ])
  expect(readdirSync(join(image.root, 'usr/local/bin'))).toEqual(['node'])
})

it('what the Dockerfile builds is small, apart from Node and Debian, as docs/install.md says', () => {
  const archive = execFileSync('tar', ['-c', '-C', join(image.root, image.workingDirectory), '.'], {
    maxBuffer: 100_000_000,
  })
  expect(gzipSync(archive).length / 1e6).toBeLessThan(7)
})
