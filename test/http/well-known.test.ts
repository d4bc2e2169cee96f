import { expect, it, vi } from 'vitest'
import { startService } from '../kit/service.js'

const PATH = '/.well-known/security.txt'
const contact = 'https://example.org/security?to=rekey'

it('security.txt names the contact, and is good for half a year from when it is read', async () => {
  const service = await startService({ environment: { REKEY_SECURITY_CONTACT: contact } })
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-24T12:00:00Z') })
  const response = await service.http.get(PATH)
  expect(response.status).toBe(200)
  expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(response.text).toBe(`Contact: ${contact}\nExpires: 2027-05-23T12:00:00.000Z\n`)
  vi.setSystemTime(new Date('2027-11-24T12:00:00Z'))
  expect((await service.http.get(PATH)).text).toContain('Expires: 2028-05-22T12:00:00.000Z\n')
})

it('security.txt is served at the root too where there is a base path', async () => {
  const environment = { REKEY_SECURITY_CONTACT: contact, REKEY_BASE_PATH: '/password' }
  const { http } = await startService({ environment })
  for (const path of [PATH, `/password${PATH}`]) {
    expect((await http.get(path)).text).toContain(`Contact: ${contact}\n`)
    expect((await http.head(path)).status).toBe(200)
  }
  expect((await http.post(PATH)).status).toBe(405)
})

it('security.txt is not there where no contact is configured', async () => {
  const { http } = await startService({ environment: { REKEY_BASE_PATH: '/password' } })
  for (const path of [PATH, `/password${PATH}`]) expect((await http.get(path)).status).toBe(404)
})
