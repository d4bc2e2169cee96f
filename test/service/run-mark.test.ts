import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { errorCodeOf } from '../../src/lib/describe-error.js'
import { findRunMark } from '../../src/service/run-mark.js'
import { scratchFile, scratchFolder } from '../kit/service.js'

function find(directory: string | undefined) {
  const faults: (string | undefined)[] = []
  return { mark: findRunMark(directory, (error) => void faults.push(errorCodeOf(error))), faults }
}

it('the mark of a process that serves is found by the next one only if it was not removed', () => {
  const directory = scratchFolder({})
  const { mark: first, faults } = find(directory)
  expect(first.isLeftOver).toBe(false)
  first.set()
  const { mark: second } = find(directory)
  expect(second.isLeftOver).toBe(true)
  second.set()
  second.remove()
  second.remove()
  expect(find(directory).mark.isLeftOver).toBe(false)
  expect(faults).toEqual([])
})

it.each([
  ['a folder that is not there', '/nowhere/at/all', ['ENOENT']],
  ['a file', join(scratchFile('kept'), 'folder'), ['ENOTDIR']],
  // Root may write to it by its mode, others may not.
  ['a folder that takes no file', '/proc', [expect.stringMatching(/^(?:EACCES|ENOENT)$/)]],
])(
  'the mark of a process that serves is told of once, and nothing is known, if its directory is %s',
  (_what, directory, expected) => {
    const { mark, faults } = find(directory)
    expect(mark.isLeftOver).toBe(false)
    mark.set()
    mark.remove()
    expect(faults).toEqual(expected)
  },
)

it('the mark of a process that serves ends no process that can’t remove it', () => {
  const directory = scratchFolder({})
  const { mark, faults } = find(directory)
  mkdirSync(join(directory, 'running'))
  mark.remove()
  expect(faults).toEqual(['ERR_FS_EISDIR'])
  expect(existsSync(join(directory, 'running'))).toBe(true)
})

it('the mark of a process that serves is not set without a directory', () => {
  const { mark, faults } = find(undefined)
  mark.set()
  mark.remove()
  expect([mark.isLeftOver, faults]).toEqual([false, []])
})
