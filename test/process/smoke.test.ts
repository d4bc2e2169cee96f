import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { requestChange, run, start, startPanel } from '../kit/process.js'
import { scratchFolder, simulatorEnvironment } from '../kit/service.js'
import { byAccount, byMailbox } from '../kit/submissions.js'

it('the program tells where it listens and whether the panel is ready, makes a change, and ends in order when it is told to stop', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  expect(await service.logged('single-instance')).toMatchObject({
    detail: expect.stringContaining('one instance'),
  })
  await service.logged('ready')
  const response = await requestChange(service, byAccount())
  expect(response.status).toBe(200)
  expect(await service.logged('attempt')).toMatchObject({ code: 'changed' })
  service.child.kill('SIGTERM')
  const [code] = await once(service.child, 'close')
  expect(code).toBe(0)
  expect(service.lines.slice(-2)).toMatchObject([{ event: 'stopping' }, { event: 'stopped' }])
})

it('the program checks its configuration without starting, and names every fault', async () => {
  const wrong = await run(['--check-config'], { REKEY_PORT: 'x', HESTIA_URL: 'y' })
  expect(wrong.code).toBe(78)
  const names = wrong.stderr
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0])
  expect(names).toEqual(['HESTIA_URL', 'REKEY_PORT', 'HESTIA_ACCESS_KEY'])
  const least = { HESTIA_URL: 'https://panel.example:8083', HESTIA_API_KEY: 'key' }
  expect(await run(['--check-config'], least)).toMatchObject({ code: 0, stderr: '' })
})

it('the program estimates strength beside its event loop, by the worker that was built, and stops at once all the same', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  const response = await requestChange(service, byMailbox({ newPassword: 'abcdefghijklmnop' }))
  expect(await response.json()).toMatchObject({ reasons: [{ code: 'too-weak', warning: 'sequence' }] })
  service.child.kill('SIGTERM')
  const [code] = await once(service.child, 'close')
  expect(code).toBe(0)
  expect(service.lines.at(-1)).toMatchObject({ event: 'stopped' })
})

it('each part of the program that was built can be loaded', () => {
  const parts = fileURLToPath(new URL('../../dist/parts/', import.meta.url))
  const script = `for (const name of fs.readdirSync('.')) await import(process.cwd() + '/' + name)`
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `import fs from 'node:fs'\n${script}`],
    {
      cwd: parts,
      encoding: 'utf8',
    },
  )
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

it('the program listens on a socket, says so, and finds itself alive there', async () => {
  const panel = await startPanel()
  const path = join(scratchFolder({}), 'rekey.sock')
  const environment = { ...simulatorEnvironment(panel), REKEY_HOST: `unix:${path}` }
  const service = start({ ...environment, REKEY_PORT: '' })
  expect(await service.logged('listening')).toMatchObject({ address: `unix:${path}` })
  expect((await run(['--health'], environment)).code).toBe(0)
  service.child.kill('SIGTERM')
  expect((await once(service.child, 'close'))[0]).toBe(0)
  expect((await run(['--health'], environment)).code).toBe(1)
})
