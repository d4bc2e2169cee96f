import { inspect } from 'node:util'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { Secret } from '../../src/lib/secret.js'

it('a secret shows nothing of itself, however it is printed', () => {
  const secret = new Secret('hunter2')
  const lines: string[] = []
  pino({}, { write: (line: string) => void lines.push(line) }).info(
    { secret, deep: { secret } },
    'the %s',
    secret,
  )
  const prints = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true, depth: 9 }),
    Object.values(secret).join(),
    Object.keys(secret).join(),
    ...lines,
  ].join('\n')
  expect(prints).not.toContain('hunter2')
  expect(prints).toContain('[redacted]')
  expect(secret.reveal()).toBe('hunter2')
})
