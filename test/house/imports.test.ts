import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url))

interface SourceFile {
  readonly path: string
  /** The folder below `src`, `` for the files that stand in `src` itself. */
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
  return path.includes(sep) ? (path.split(sep)[0] ?? '') : ''
}

/** The room that a relative import leads to. */
function targetRoom(file: SourceFile, specifier: string): string {
  return roomOf(relative(SOURCE, join(SOURCE, dirname(file.path), specifier)))
}

/** The packages that a file, and those of ours that it imports, need when they run; and `Buffer`, if they do. */
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

describe('the house', () => {
  it('is looked at whole', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(100)
  })

  it.each(files.filter((file) => file.room !== ''))(
    '$path imports only from its own room and from core',
    (file) => {
      const rooms = file.imports.filter((name) => name.startsWith('.')).map((name) => targetRoom(file, name))
      expect(rooms.filter((room) => room !== file.room && room !== 'core')).toEqual([])
    },
  )

  it.each(files.filter((file) => file.room === 'core'))('$path does no I/O and needs no package', (file) => {
    const outside = file.imports.filter((name) => !name.startsWith('.'))
    const allowed = ['zod', 'node:url', 'node:util', 'node:net']
    expect(outside.filter((name) => !allowed.includes(name))).toEqual([])
    if (outside.includes('node:net')) expect(file.text).toMatch(/^import \{ isIP \} from 'node:net'$/m)
  })

  it.each([
    'core/password-rules',
    'core/password-rules-attribute',
    'core/bad-words',
    'passwords/strength-estimator',
  ])('%s runs in browsers too: it and what it needs is nothing of Node', (name) => {
    const needed = runtimeOf(`${name}.ts`)
    expect(needed.filter((specifier) => !/^@zxcvbn-ts\/(?:core|language-common)$/.test(specifier))).toEqual(
      [],
    )
  })

  it.each(files.filter((file) => file.path !== 'main.ts'))('$path leaves the process to main.ts', (file) => {
    expect(file.text).not.toMatch(/\bprocess\.[a-z]|\bconsole\./)
  })

  it.each(files)('$path has one reason to change: it is short', (file) => {
    expect(file.text.split('\n').length).toBeLessThanOrEqual(200)
  })
})
