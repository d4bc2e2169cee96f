import { expect, it } from 'vitest'
import { startService } from '../../kit/service.js'

const WEBMAIL = 'https://webmail.example.org'
const environment = {
  REKEY_FRAME_ANCESTORS: `${WEBMAIL},http://localhost:8000`,
  REKEY_BASE_PATH: '/password',
}

it.each([
  ['the form', '/password/'],
  ['a notice', '/password/nothing'],
])('a frame of the named origins may hold %s', async (_what, path) => {
  const service = await startService({ environment })
  const { headers } = await service.http.get(path)
  expect(headers['content-security-policy']).toBe(
    "default-src 'none';script-src 'self';worker-src 'self';style-src 'self';img-src 'self';connect-src 'self';" +
      `form-action 'self';base-uri 'none';frame-ancestors ${WEBMAIL} http://localhost:8000`,
  )
  expect(headers['x-frame-options']).toBeUndefined()
})

it('a frame of the named origins may hold the answer to a change', async () => {
  const service = await startService({ environment })
  const { headers } = await service.http.post('/password/').type('form').send({})
  expect(headers['content-security-policy']).toContain(`;frame-ancestors ${WEBMAIL} `)
  expect(headers['x-frame-options']).toBeUndefined()
})

it.each([
  ['/password/api/v1/password-policy', 200],
  ['/password/api/v1/nothing', 404],
  ['/password/healthz', 200],
  ['/password/.well-known/change-password', 303],
  ['/elsewhere', 404],
])('a frame may hold nothing but the page: not %s', async (path, status) => {
  const service = await startService({ environment })
  const response = await service.http.get(path)
  expect(response.status).toBe(status)
  expect(response.get('content-security-policy')).toMatch(/;frame-ancestors 'none'$/)
  expect(response.get('x-frame-options')).toBe('DENY')
})

it('a frame may hold nothing where no origin is named', async () => {
  const service = await startService()
  const response = await service.http.get('/')
  expect(response.get('content-security-policy')).toMatch(/;frame-ancestors 'none'$/)
  expect(response.get('x-frame-options')).toBe('DENY')
})
