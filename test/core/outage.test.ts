import { expect, it } from 'vitest'
import { MailServerFault } from '../../src/core/mail-server-port.js'
import { isOutage, outcomeOfOutage, StoreUnavailable } from '../../src/core/outage.js'
import { PanelFault } from '../../src/core/panel-port.js'
import { BreachCheckUnavailable } from '../../src/core/password/breach-check.js'
import { StrengthNotEstimated } from '../../src/core/password/strength.js'

it.each([
  [
    new PanelFault('panel-busy', 'queue-full', { mayHaveRun: true }),
    { code: 'panel-busy', reason: 'queue-full' },
  ],
  [
    new MailServerFault('closed', true),
    { code: 'mail-server-unavailable', reason: 'closed', credentialsSent: true },
  ],
  [
    new MailServerFault('unreachable', false),
    { code: 'mail-server-unavailable', reason: 'unreachable', credentialsSent: false },
  ],
  [new StoreUnavailable('READONLY'), { code: 'store-unavailable', reason: 'READONLY' }],
  [new StrengthNotEstimated('strength-late'), { code: 'panel-busy', reason: 'strength-late' }],
  [new BreachCheckUnavailable('http-503'), { code: 'breach-check-unavailable', reason: 'http-503' }],
])('the outage %s is not a bug, and ends an attempt with what is known', (outage, outcome) => {
  expect(isOutage(outage)).toBe(true)
  expect(outcomeOfOutage(outage)).toEqual(outcome)
})

it.each([new TypeError('bug'), undefined, 'panel-busy', { code: 'panel-busy' }])(
  'anything but an outage, such as %o, is a bug',
  (error) => {
    expect(isOutage(error)).toBe(false)
  },
)
