import { expect, it } from 'vitest'
import { startScopedPanel } from '../kit/doctor.js'
import { run } from '../kit/process.js'
import { startProxy } from '../kit/proxy.js'
import { simulatorEnvironment, startService } from '../kit/service.js'

it('the program exits with 0 where the doctor has warnings alone, and has a line for each check', async () => {
  const panel = await startScopedPanel()
  const { code, stdout, stderr } = await run(['doctor'], simulatorEnvironment(panel))
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^ok +configuration +complete\n/)
  expect(stdout).toMatch(/^warning +proxy +proxy-not-trusted: .+\n +fix: .+\n$/m)
})

it('the program exits with 1 where it has a fault, and tells programs the same as people', async () => {
  const panel = await startScopedPanel()
  panel.switches.keyRevoked = true
  const { code, stdout } = await run(['doctor', '--json'], simulatorEnvironment(panel))
  expect(code).toBe(1)
  const report = JSON.parse(stdout)
  expect(report.sound).toBe(false)
  expect(report.findings).toContainEqual({
    check: 'key',
    status: 'fault',
    code: 'key-refused',
    found: expect.any(String),
    fix: expect.stringContaining('rekey setup'),
  })
})

it('the program looks from outside without any configuration', async () => {
  const service = await startService()
  await service.app.watch()
  const origin = await startProxy(service.url)
  const { code, stdout } = await run(['doctor', '--url', origin])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ok +headers /m)
  expect((await run(['doctor', '--url', `${origin}/elsewhere`])).code).toBe(1)
})

it('the program does not take arguments that it does not know', async () => {
  const { code, stdout, stderr } = await run(['doctor', '--fix'])
  expect([code, stdout]).toEqual([64, ''])
  expect(stderr).toContain('Usage: rekey doctor')
  expect((await run(['setup', '--panel'])).code).toBe(64)
})
