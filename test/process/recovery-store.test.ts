import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { openFolderStore } from '../../src/store/folder-store.js'
import { start, startPanel } from '../kit/process.js'
import { scratchFolder, simulatorEnvironment } from '../kit/service.js'
import { KEPT, WRITES } from './kept-values.js'

const FILE = 'recovery.jsonl'

/** What a process finds: a value, and a line that another process couldn't finish. */
const FOUND = '{"v":1,"key":"old","value":"kept"}\n{"v":1,"key":"b","val'

interface KilledRun {
  readonly directory: string
  readonly steps: readonly string[]
  readonly acknowledged: number
  readonly isKilled: boolean
}

/** Runs a process that stores values, and is killed before a step of the file system or in the middle of it. */
function keepValues(program: string, killAt: number, half: string): Promise<KilledRun> {
  const directory = scratchFolder({ [FILE]: FOUND })
  return new Promise((resolve) => {
    execFile(process.execPath, [program, directory, `${killAt}`, half], (error, stdout, stderr) => {
      expect(stderr).toBe('')
      const lines = stdout.split('\n')
      const steps = lines.filter((line) => line.startsWith('step ')).map((line) => line.slice(5))
      const acknowledged = lines.filter((line) => line === KEPT).length
      expect([null, 'SIGKILL']).toContain(error?.signal ?? error)
      resolve({ directory, steps, acknowledged, isKilled: error?.signal === 'SIGKILL' })
    })
  })
}

/** The stored values after this many writes. */
function valuesAfter(writes: number): Record<string, string> {
  const values: Record<string, string> = { old: 'kept' }
  for (const [key, value] of WRITES.slice(0, writes)) {
    if (value === undefined) delete values[key]
    else values[key] = value
  }
  return values
}

it.each([
  ['before', ''],
  ['in the middle of', 'half'],
])(
  'a process that is killed %s any step of its work with a folder loses nothing that it had acknowledged',
  async (_when, half) => {
    const program = join(scratchFolder({}), 'keep-values.mjs')
    await build({
      entryPoints: [fileURLToPath(new URL('programs/keep-values.ts', import.meta.url))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
    })
    const killedAt: string[] = []
    for (let killAt = 1; ; killAt++) {
      const { directory, steps, acknowledged, isKilled } = await keepValues(program, killAt, half)
      if (!isKilled) {
        expect(acknowledged).toBe(WRITES.length)
        break
      }
      killedAt.push(steps.at(-1)?.replace(directory.split('/').at(-1) ?? '', 'the folder') ?? '')
      const store = await openFolderStore(directory, { now: () => 0, report: () => undefined })
      const found = Object.fromEntries(await store.entries(''))
      // The running write may have been made.
      expect([valuesAfter(acknowledged), valuesAfter(acknowledged + 1)]).toContainEqual(found)
      await store.set('next', 'line')
      await store.close()
      const again = await openFolderStore(directory, { now: () => 0, report: () => undefined })
      expect(Object.fromEntries(await again.entries(''))).toEqual({ ...found, next: 'line' })
      await again.close()
      expect(readdirSync(directory)).toEqual([FILE])
    }
    const replaced = [
      `rm ${FILE}.new`,
      `open ${FILE}.new`,
      `appendFile ${FILE}.new`,
      `sync ${FILE}.new`,
      `rename ${FILE}.new`,
      `close ${FILE}`,
      'open the folder',
      'sync the folder',
      'close the folder',
    ]
    const text = killedAt.join('\n')
    expect(text.slice(0, text.indexOf('close the folder'))).toContain(replaced.slice(0, -1).join('\n'))
    expect(text).toContain(`appendFile ${FILE}.new\ndatasync ${FILE}.new`)
    expect(text.split(`rename ${FILE}.new`)).toHaveLength(3)
  },
  60_000,
)

async function startWithFolder(directory: string) {
  chmodSync(directory, 0o700)
  const environment = { REKEY_RECOVERY_STORE: 'folder', REKEY_DATA_DIR: directory }
  return start({ ...simulatorEnvironment(await startPanel()), ...environment })
}

it('the program does not start with a folder that another process has, and starts with it as soon as that one was killed', async () => {
  const directory = scratchFolder({ [FILE]: FOUND })
  const first = await startWithFolder(directory)
  await first.logged('ready')
  expect(await first.logged('recovery-store-damaged')).toMatchObject({ level: 40, count: 1, lines: [2] })
  const second = await startWithFolder(directory)
  expect(await second.logged('recovery-store-locked')).toMatchObject({ level: 60, directory })
  expect(await once(second.child, 'close')).toEqual([1, null])
  expect(second.lines.map(({ event }) => event)).not.toContain('listening')
  first.child.kill('SIGKILL')
  await once(first.child, 'close')
  const third = await startWithFolder(directory)
  await third.logged('ready')
  third.child.kill('SIGTERM')
  expect(await once(third.child, 'close')).toEqual([0, null])
  expect(readdirSync(directory)).toEqual([FILE])
})

it('the program does not start with a file of a later version, and leaves it as it is', async () => {
  const directory = scratchFolder({})
  const text = '{"v":2,"anything":["else"]}\n'
  writeFileSync(join(directory, FILE), text)
  const service = await startWithFolder(directory)
  expect(await service.logged('recovery-store-newer')).toMatchObject({ level: 60 })
  expect(await once(service.child, 'close')).toEqual([1, null])
  expect(readFileSync(join(directory, FILE), 'utf8')).toBe(text)
})
