import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { showLimit } from '../../src/limits/rate-limit-header.js'

it('limits are shown side by side, each window in whole seconds, and a partition only if there is one', () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  showLimit(response, { name: 'address', count: 5, windowMs: 60_000, partition: 'cGs=' }, 4, 30)
  showLimit(response, { name: 'failures', count: 3, windowMs: 1500 }, 0, 2)
  expect(response.getHeader('RateLimit')).toEqual(['"address"; r=4; t=30', '"failures"; r=0; t=2'])
  expect(response.getHeader('RateLimit-Policy')).toEqual([
    '"address"; q=5; w=60; pk=:cGs=:',
    '"failures"; q=3; w=2',
  ])
})
