import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.js'
import { configOf, scratchFolder, startService } from '../../kit/service.js'
import { expectValid } from '../../kit/valid-html.js'

const LEAST = { HESTIA_URL: 'https://panel.example.com:8083', HESTIA_API_KEY: 'x' }

function startWith(files: Readonly<Record<string, string>>) {
  return startService({ environment: { REKEY_VIEWS_DIR: scratchFolder(files) } })
}

it('a folder of views overrides a part that our own form includes, and nothing else', async () => {
  const service = await startWith({ 'field.eta': '<input aria-label="own <%= it.name %>">' })
  const { text } = await service.http.get('/')
  expect(text).toContain('<input aria-label="own email">')
  expect(text).not.toContain('name="new_password"')
  expect(text).toContain('<h1>Change a mailbox password</h1>')
  expect(text).toContain('href="/assets/style.css"')
})

it('a folder of views overrides the layout of our own templates', async () => {
  const service = await startWith({
    'layout.eta': '<!doctype html><title>Own</title><%~ it.body %>',
  })
  const form = await service.http.get('/')
  expect(form.text).toMatch(/^<!doctype html><title>Own<\/title>[\s\S]*name="new_password"/)
  expect((await service.http.get('/nothing')).text).toContain('<h1>This page doesn’t exist</h1>')
})

it('a folder of views overrides a template that uses our layout and parts', async () => {
  const service = await startWith({
    'form.eta':
      '<% layout("./layout") %><h1>Own form</h1><% for (const field of it.email) { %><%~ include("./field", field) %><% } %>',
  })
  const { text } = await service.http.get('/')
  await expectValid(text)
  expect(text).toContain('<h1>Own form</h1>')
  expect(text).toContain('name="email"')
  expect(text).not.toContain('name="new_password"')
})

it('a folder of views is read when the service starts', async () => {
  const folder = scratchFolder({ 'notice.eta': 'as it was' })
  const service = await startService({ environment: { REKEY_VIEWS_DIR: folder } })
  writeFileSync(join(folder, 'notice.eta'), 'as it became')
  expect((await service.http.get('/nothing')).text).toBe('as it was')
})

it('a folder of views overrides assets, adds to them, and gives nothing else away', async () => {
  const service = await startWith({
    'assets/style.css': 'body { color: red }',
    'assets/pictures/hill.svg': '<svg/>',
    'assets/.hidden': 'x',
    'notice.eta': 'own notice',
  })
  expect((await service.http.get('/assets/style.css')).text).toBe('body { color: red }')
  expect((await service.http.get('/assets/icon.svg')).body.toString()).toContain('<title>Rekey</title>')
  const added = await service.http.get('/assets/pictures/hill.svg')
  expect(added.get('content-type')).toBe('image/svg+xml')
  expect(added.get('cache-control')).toBe('no-cache')
  for (const path of ['.hidden', 'notice.eta', '..%2fnotice.eta', '%2e%2e/notice.eta', 'pictures']) {
    const response = await service.http.get(`/assets/${path}`)
    expect(response.status, path).toBe(404)
  }
})

it('a folder of views overrides a catalogue, and adds a language', async () => {
  const { catalogues } = configOf(LEAST)
  const english = catalogues.get('en')
  const own = { ...english, page: { ...english?.page, title: 'Own title' } }
  const swedish = { ...own, language: 'sv', name: 'Svenska' }
  const service = await startWith({
    'messages/en.json': JSON.stringify(own),
    'messages/sv.json': JSON.stringify(swedish),
  })
  expect((await service.http.get('/')).text).toContain('<h1>Own title</h1>')
  expect((await service.http.get('/?lang=sv')).get('content-language')).toBe('sv')
  expect((await service.http.get('/?lang=de')).get('content-language')).toBe('de')
})

it.each([
  ['{', 'messages/sv.json: the file isn’t a JSON object'],
  ['{"language":"sv"}', 'messages/sv.json: page is missing or wrong'],
])('a folder of views with a catalogue that is wrong is a fault that names it: %s', async (text, fault) => {
  const folder = scratchFolder({ 'messages/sv.json': text })
  const result = loadConfig({ ...LEAST, REKEY_VIEWS_DIR: folder })
  expect(result).toMatchObject({ ok: false, faults: expect.arrayContaining([fault]) })
})

it('a folder of views with a template that prints what is not there makes an error of the service, not a half page', async () => {
  const service = await startWith({ 'form.eta': '<p><%= it.nothing %></p>' })
  const response = await service.http.get('/')
  expect(response.status).toBe(500)
  expect(response.text).toContain('<h1>Something went wrong</h1>')
  const everywhere = await startWith({ 'layout.eta': '<%= it.nothing %>' })
  const bare = await everywhere.http.get('/')
  expect(bare.status).toBe(500)
  expect(bare.body.code).toBe('internal-error')
  expect(everywhere.logText()).toContain('"event":"internal-error"')
})
