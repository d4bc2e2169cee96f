import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { thisHost } from '../../src/setup/this-host.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'

const folder = mkdtempSync(join(tmpdir(), 'rekey-host-'))
afterAll(() => rmSync(folder, { recursive: true }))

const host = thisHost(process, join(folder, 'lock'))
const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

it('the host writes a file with its permissions, and leaves nothing else beside it', async () => {
  const path = join(folder, 'written')
  await host.write(path, { text: 'one\n', mode: 0o640, ...own })
  await host.write(path, { text: 'two\n', mode: 0o600, ...own })
  expect(readFileSync(path, 'utf8')).toBe('two\n')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await host.read(path)).toEqual({ text: 'two\n', mode: 0o600, ...own })
  expect(readdirSync(folder).filter((name) => name.startsWith('written'))).toEqual(['written'])
})

it('the host has no text for a file that isn’t there, and removes it without a word', async () => {
  expect(await host.read(join(folder, 'nothing'))).toBeUndefined()
  expect(await host.read(join(folder, 'nothing/inside'))).toBeUndefined()
  await host.remove(join(folder, 'nothing'))
  expect(await host.list(join(folder, 'nothing'))).toEqual([])
})

it('the host never reads, writes or removes through a link, so nobody can have root write elsewhere', async () => {
  const victim = join(folder, 'victim')
  const link = join(folder, 'link')
  writeFileSync(victim, 'untouched')
  symlinkSync(victim, link)
  await expect(host.read(link)).rejects.toThrow(`${link} isn’t a regular file`)
  await expect(host.write(link, { text: '', mode: 0o600, ...own })).rejects.toThrow('isn’t a regular file')
  await expect(host.remove(link)).rejects.toThrow('isn’t a regular file')
  expect(readFileSync(victim, 'utf8')).toBe('untouched')
})

it('the host refuses a file that isn’t UTF-8, which would be damaged when it is written again', async () => {
  const path = join(folder, 'latin')
  writeFileSync(path, Buffer.from([0xe4, 0x0a]))
  await expect(host.read(path)).rejects.toThrow(`${path} isn’t a UTF-8 file`)
})

it('the host makes a folder once, and removes it only if it is empty', async () => {
  const path = join(folder, 'a/b')
  expect(await host.hasFolder(path)).toBe(false)
  await host.makeFolder(path, 0o700)
  expect(await host.hasFolder(path)).toBe(true)
  await host.removeFolder(join(folder, 'a'))
  expect(await host.hasFolder(path)).toBe(true)
  await host.removeFolder(path)
  await host.removeFolder(path)
  expect(await host.hasFolder(path)).toBe(false)
})

it('the host tells how a command ended, and what it wrote', async () => {
  const command = 'echo out; echo err >&2; exit 3'
  expect(await host.run(['sh', '-c', command])).toEqual({ code: 3, output: 'out\n', complaint: 'err\n' })
  expect((await host.run(['no-such-program'])).code).toBe(127)
  expect((await host.run(['cat'])).code).toBe(0)
})

it('the host lets one setup run at a time, and none wait for one that was killed', async () => {
  const unlock = await host.lock()
  expect(await host.lock()).toBeUndefined()
  await unlock?.()
  writeFileSync(join(folder, 'lock'), '99999999\n')
  const again = await host.lock()
  expect(again).toBeDefined()
  await again?.()
})

it('the host tells what a TLS server shows of itself, and by which address it is called', async () => {
  const panel = await startPanelSimulator()
  try {
    const port = Number(new URL(panel.url).port)
    expect(await host.meetTls('127.0.0.1', port, 'panel.example.com')).toMatchObject({
      isTrusted: false,
      fingerprint: panel.certificate.fingerprint,
      certificate: expect.stringContaining('BEGIN CERTIFICATE'),
      localAddress: '127.0.0.1',
    })
  } finally {
    await panel.close()
  }
  expect(await host.meetTls('127.0.0.1', 1, 'panel.example.com')).toBeUndefined()
})
