import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { configOf, scratchFile, scratchFolder } from '../kit/service.js'

const VIEWS = new URL('../../views/', import.meta.url)
const least = { HESTIA_URL: 'https://panel.example.com:8083', HESTIA_API_KEY: 'k' }

function faultsOf(directory: string): readonly string[] {
  const result = loadConfig({ ...least, REKEY_VIEWS_DIR: directory })
  return result.ok ? [] : result.faults
}

it.each(['/nowhere/at/all', scratchFile('no folder')])(
  'the folder of views must be one that can be read: not %s',
  (path) => {
    const [fault = '', ...others] = faultsOf(path)
    expect(fault).toMatch(/^REKEY_VIEWS_DIR can't be read \((?:ENOENT|ENOTDIR)\)$/)
    expect(others).toEqual([])
  },
)

it('the folder of views may override templates, assets and catalogues; names with a dot before them are passed over', () => {
  const folder = scratchFolder({
    'form.eta': '<h1>ours</h1>',
    'assets/new.png': 'any',
    '.git/HEAD': 'x',
    '.form.eta.swp': '<% broken',
  })
  expect(configOf({ ...least, REKEY_VIEWS_DIR: folder }).viewsDirectory).toBe(folder)
})

it('the folder of views may hold links, as Kubernetes mounts files', () => {
  const folder = scratchFolder({ '..data/form.eta': 'x' })
  symlinkSync('..data/form.eta', join(folder, 'form.eta'))
  expect(faultsOf(folder)).toEqual([])
  symlinkSync('..data/nothing.eta', join(folder, 'field.eta'))
  expect(faultsOf(folder)).toEqual(['REKEY_VIEWS_DIR has "field.eta", which is a broken link'])
})

it('the folder of views has a fault for each name that overrides nothing, and for each template that does not compile', () => {
  const folder = scratchFolder({
    'from.eta': 'a typo',
    'style.css': 'in the wrong place',
    'odd\nname': '',
    'form.eta': '<h1>\n<% if (it.canary { %>\n</h1>',
    'notice.eta': 'one\ntwo <%= it.canary',
  })
  mkdirSync(join(folder, 'layout.eta'))
  const templates = readdirSync(VIEWS).filter((name) => name.endsWith('.eta'))
  const known = [...templates.sort(), 'assets/', 'messages/'].join(', ')
  const unknown = (name: string) =>
    `REKEY_VIEWS_DIR has ${name}, which replaces nothing; you can replace ${known}`
  expect(faultsOf(folder)).toEqual([
    ...['"from.eta"', '"layout.eta"', '"odd\\nname"', '"style.css"'].map(unknown),
    'REKEY_VIEWS_DIR has form.eta, which isn’t a valid template',
    'REKEY_VIEWS_DIR has notice.eta, which isn’t a valid template: see line 2',
  ])
})
