import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url))

/**
 * A folder of `src` imports only from folders in later lines, not from those in its own line. A folder inside another belongs to
 * the outer one, unless it is listed here.
 */
const LAYERS = [
  [''],
  ['cli', 'doctor', 'service', 'setup'],
  ['config'],
  ['http/api', 'http/page', 'http/webmail'],
  ['http/submission'],
  ['http'],
  [
    'audit-log',
    'hashes',
    'imap',
    'languages',
    'limits',
    'log',
    'metrics',
    'notification',
    'panel',
    'passwords',
    'recovery',
    'store',
  ],
  ['system'],
  ['core'],
  ['branding', 'lib'],
]

/** The external modules that folders without I/O may import. `node:net` only for `isIP`. */
const PACKAGES = new Map([
  ['core', ['zod', 'node:url', 'node:util', 'node:net']],
  ['lib', ['zod', 'node:crypto', 'node:url', 'node:util', 'node:net', 'node:timers/promises']],
  ['branding', []],
])

interface SourceFile {
  /** The path from `src`. */
  readonly path: string
  /** The folder in `src`, as in LAYERS; empty for files directly in `src`. */
  readonly room: string
  readonly text: string
  readonly imports: readonly string[]
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path): SourceFile => {
    const text = readFileSync(join(SOURCE, path), 'utf8')
    const imports = ts.preProcessFile(text).importedFiles.map((file) => file.fileName)
    return { path, room: roomOf(path), text, imports }
  })

function roomOf(path: string): string {
  const [outer = '', inner = '', file] = path.split(sep)
  if (inner === '') return ''
  const nested = `${outer}/${inner}`
  return file !== undefined && layerOf(nested) !== -1 ? nested : outer
}

/** Our modules that a file imports, as paths from `src`. */
function importsOf(file: SourceFile): string[] {
  return file.imports
    .filter((name) => name.startsWith('.') && !name.endsWith('.json'))
    .map((name) => join(dirname(file.path), name))
}

/** Every file that is loaded because of a file, directly or indirectly, as paths from `src`. */
function reachedFrom(start: SourceFile): Set<string> {
  const reached = new Set<string>()
  const queue = [start]
  for (const file of queue) {
    for (const path of importsOf(file).map((name) => name.replace(/\.js$/, '.ts'))) {
      const next = reached.has(path) ? undefined : files.find((other) => other.path === path)
      reached.add(path)
      if (next) queue.push(next)
    }
  }
  return reached
}

function layerOf(room: string): number {
  return LAYERS.findIndex((rooms) => rooms.includes(room))
}

/** Whether a file of one folder may import a file of another. */
function mayImport(from: string, to: string): boolean {
  return from === to || layerOf(from) < layerOf(to)
}

/** The packages that a file and its imports need at run time, and `Buffer` if they use it. */
function runtimeOf(path: string): string[] {
  const text = files.find((file) => file.path === path)?.text ?? ''
  const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }
  const program = ts.transpileModule(text, { compilerOptions: options }).outputText
  const needed = ts
    .preProcessFile(program)
    .importedFiles.flatMap(({ fileName }) =>
      fileName.startsWith('.')
        ? runtimeOf(join(dirname(path), fileName.replace(/\.js$/, '.ts')))
        : [fileName],
    )
  expect(program, path).not.toBe('')
  return /\bBuffer\b/.test(program) ? [...needed, 'Buffer'] : needed
}

it('the house is looked at whole', () => {
  expect(files.length).toBeGreaterThan(40)
  expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(100)
})

it('the house has a layer for every room, and every room imports only from the layers below its own', () => {
  expect(files.map((file) => file.room).filter((room) => layerOf(room) === -1)).toEqual([])
  const faults = files.flatMap((file) =>
    importsOf(file)
      .filter((path) => !mayImport(file.room, roomOf(path)))
      .map((path) => `${file.path} imports ${path}`),
  )
  expect(faults).toEqual([])
})

it('the house has no circle: no file imports itself by way of others, types included', () => {
  const circular = files.filter((file) => reachedFrom(file).has(file.path))
  expect(circular.map((file) => file.path)).toEqual([])
})

it('the house does no I/O and needs no package in its lowest layers', () => {
  const faults = files.flatMap((file) => {
    const allowed = PACKAGES.get(file.room)
    const outside = file.imports.filter((name) => !name.startsWith('.') && allowed?.includes(name) === false)
    const connects =
      file.imports.includes('node:net') && !/^import \{ isIP \} from 'node:net'$/m.test(file.text)
    return [...outside, ...(allowed && connects ? ['node:net'] : [])].map(
      (name) => `${file.path} imports ${name}`,
    )
  })
  expect(faults).toEqual([])
})

it.each([
  'core/password/rules',
  'core/password/context-words',
  'core/recovery/link-form',
  'passwords/common-passwords',
  'passwords/strength-estimator',
  'passwords/word-list',
])('the house %s runs in browsers too: it and what it needs is nothing of Node', (name) => {
  const needed = runtimeOf(`${name}.ts`)
  expect(needed.filter((specifier) => specifier !== '@zxcvbn-ts/core')).toEqual([])
})

it('the house imports at its start alone: Node would keep an `import()` that failed once, for want of files, for ever', () => {
  const atStart = ['', 'cli', 'doctor', 'service', 'setup']
  const later = files.filter((file) => /(?<!typeof )\bimport\((?!\))/.test(file.text))
  expect(later.map((file) => file.room).filter((room) => !atStart.includes(room))).toEqual([])
})

it('the house takes zod as a namespace: the build would keep all of its languages for `import { z }`', () => {
  const whole = files.filter((file) => /^import \{[^}]*\bz\b[^}]*\} from 'zod'/m.test(file.text))
  expect(whole.map((file) => file.path)).toEqual([])
})

it('the house leaves the process to main.ts', () => {
  const others = files.filter((file) => file.path !== 'main.ts')
  const touching = others.filter((file) => /\bprocess\.[a-z]|\bconsole\./.test(file.text))
  expect(touching.map((file) => file.path)).toEqual([])
})
