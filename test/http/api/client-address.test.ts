import { expect, it } from 'vitest'
import { startService } from '../../kit/service.js'

const PATH = '/api/v1/client-address'

it('the address that a caller is counted by is told to the caller alone: never kept by a cache, nor read by other sites', async () => {
  const service = await startService()
  const response = await service.http.get(PATH).set('origin', 'https://elsewhere.example')
  expect(response.body).toEqual({ address: '127.0.0.1' })
  expect(response.headers['cache-control']).toBe('no-store')
  expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
})

it('the address that a caller is counted by is what a trusted proxy names, in canonical form, and nobody else’s word', async () => {
  const trusting = await startService({ environment: { REKEY_TRUST_PROXY: '1' } })
  const asked = trusting.http.get(PATH).set('x-forwarded-for', '203.0.113.9, 2001:DB8::0007')
  expect((await asked).body).toEqual({ address: '2001:db8::7' })
  const wary = await startService()
  const forged = wary.http.get(PATH).set('x-forwarded-for', '203.0.113.9')
  expect((await forged).body).toEqual({ address: '127.0.0.1' })
})
