import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { configOf } from '../kit/service.js'

const least = { HESTIA_URL: 'https://panel.example.com:8083', HESTIA_API_KEY: 'k' }

function faultsOf(value: string): readonly string[] {
  const result = loadConfig({ ...least, REKEY_FRAME_ANCESTORS: value })
  return result.ok ? [] : result.faults
}

it('the origins that may frame the page are none by default', () => {
  const { frameAncestors } = configOf(least)
  expect(frameAncestors).toEqual([])
  expect(Object.isFrozen(frameAncestors)).toBe(true)
})

it.each([
  '*',
  "'self'",
  'https:',
  'webmail.example.org',
  'http://webmail.example.org',
  'https://*.example.org',
  'https://a.example;script-src',
  'https://a.example https://b.example',
  'https://a.example/mail',
  'https://a.example?x',
  'https://me@a.example',
  'https://a.example,',
  'https://192.0.2.7',
  'https://[2001:db8::7]',
  'http://[::1]',
])('the origins that may frame the page are not %s', (value) => {
  expect(faultsOf(value)).toEqual([
    'REKEY_FRAME_ANCESTORS must be origins such as https://webmail.example.org, joined by commas (plain http only on the loopback)',
  ])
})

it('the origins that may frame the page are taken as browsers write them', () => {
  const value = 'https://Webmail.example.org:443/, https://mail.example.org:8443,http://localhost:8000'
  expect(configOf({ ...least, REKEY_FRAME_ANCESTORS: value }).frameAncestors).toEqual([
    'https://webmail.example.org',
    'https://mail.example.org:8443',
    'http://localhost:8000',
  ])
  const address = 'http://127.0.0.1:8000'
  expect(configOf({ ...least, REKEY_FRAME_ANCESTORS: address }).frameAncestors).toEqual([address])
})
