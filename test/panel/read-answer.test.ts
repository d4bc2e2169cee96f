import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../src/panel/read-answer.js'
import transcripts from '../panel-simulator/transcripts.json' with { type: 'json' }
import transcripts18 from '../panel-simulator/transcripts-1.8.12.json' with { type: 'json' }
import transcripts19 from '../panel-simulator/transcripts-1.9.4.json' with { type: 'json' }

type Transcripts = typeof transcripts

const LEGACY = true

/** What the panel means by a call that it refused before the command ran, by the transcript's note. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/credentials: (wrong_secret|short_secret|unknown_key|wrong_hash|wrong_admin_password)/, 'key-refused'],
  [/credentials: not_admin/, 'not-administrator'],
  [/credentials: none/, 'request-refused'],
  [/^key without permission|own key, another user|^command does not exist/, 'command-forbidden'],
  [/name malformed|command missing/, 'request-refused'],
  [/switched off/, 'api-disabled'],
  [/address not in the allowed list/, 'address-not-allowed'],
]

/** A legacy key's answer lacks the code, so take it from an access key's answer to the same call. */
function exitCodeOf(lines: Transcripts, { cmd, args }: Transcripts[number]): number | null | undefined {
  const sameCall = lines.find(
    (line) =>
      line.cmd === cmd && line.args.join('\n') === args.join('\n') && line.response.hestiaExitCode !== null,
  )
  return sameCall?.response.hestiaExitCode
}

describe.each([
  ['1.8.12', transcripts18],
  ['1.9.4', transcripts19],
  ['1.10.3', transcripts],
] as const)('the reader of answers of release %s', (_release, lines) => {
  it.each(lines.map((line, index) => ({ index, ...line })))(
    `the reader of answers of release ${_release} reads line $index correctly: $note ($auth, returncode $returncode)`,
    (line) => {
      const { status, hestiaExitCode, body } = line.response
      const asked = line.returncode === 'yes' ? 'code' : 'output'
      const exitCodeHeader = hestiaExitCode === null ? undefined : String(hestiaExitCode)
      const legacy = line.auth === 'legacy_hash' || line.auth === 'admin_password'
      const answer = readAnswer(asked, { status, exitCodeHeader, body }, legacy)

      const refusal = refusals.find(([note]) => note.test(line.note))?.[1]
      if (line.note.includes('NUL')) return expect(answer).toEqual({ is: 'nonsense' })
      if (refusal !== undefined) {
        const bareNumber = asked === 'code' && /^10$/.test(body)
        return expect(answer).toEqual({ is: 'refused', refusal: bareNumber ? 'forbidden' : refusal })
      }
      const silent = body === 'OK' && asked === 'output'
      expect(answer).toMatchObject({ is: 'ran', exitCode: silent ? undefined : exitCodeOf(lines, line) })
    },
  )
})

it('the reader of answers tells a wrong password from a wrong key of the service, though both are 9', () => {
  const header = '9'
  expect(readAnswer('code', { status: 200, exitCodeHeader: header, body: '9' }, LEGACY)).toMatchObject({
    is: 'ran',
    exitCode: 9,
  })
  expect(readAnswer('code', { status: 200, exitCodeHeader: undefined, body: '9' }, LEGACY)).toMatchObject({
    is: 'ran',
    exitCode: 9,
  })
  expect(readAnswer('code', { status: 401, exitCodeHeader: header, body: '9' }, LEGACY)).toEqual({
    is: 'refused',
    refusal: 'key-refused',
  })
})

it.each([
  [200, undefined, '<html>login</html>'],
  [200, undefined, ''],
  [200, '0', ''],
  [200, '9', '0'],
  [204, '0', ''],
  [302, undefined, '0'],
  [401, undefined, '9'],
  [401, undefined, '<html>401</html>'],
  [500, undefined, ''],
  [502, undefined, '0'],
  [200, 'x', '0'],
])(
  'the reader of answers takes %s with header %s and body %j for no answer to a call that asked for the code',
  (status, exitCodeHeader, body) => {
    expect(readAnswer('code', { status, exitCodeHeader, body }, LEGACY)).toEqual({ is: 'nonsense' })
  },
)

it.each([
  ['code', 500, '3', '3'],
  ['output', 500, '3', 'Error: x'],
  ['output', 200, '3', 'Error: x'],
  ['output', 200, 'x', 'alice'],
  ['output', 401, 'x', 'Error: x'],
  ['output', 401, '0', 'Error: x'],
  ['output', 500, undefined, 'alice'],
] as const)(
  'the reader of answers takes an answer to a call for the %s with status %i and header %s for none of the panel: %j',
  (asked, status, exitCodeHeader, body) => {
    expect(readAnswer(asked, { status, exitCodeHeader, body }, LEGACY)).toEqual({ is: 'nonsense' })
  },
)

it('the reader of answers removes one line break from the output, and the text for no output', () => {
  const read = (body: string, exitCodeHeader?: string) =>
    readAnswer('output', { status: 200, exitCodeHeader, body }, LEGACY)
  expect(read('one\ntwo\n\n', '0')).toEqual({ is: 'ran', exitCode: 0, output: 'one\ntwo\n' })
  expect(read('OK\n')).toEqual({ is: 'ran', exitCode: undefined, output: '' })
})

it('the reader of answers never throws, and finds success only in the panel’s own form of it', () => {
  const header = fc.option(fc.oneof(fc.string(), fc.nat(30).map(String)), { nil: undefined })
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.nat(300).map(String),
    fc.constantFrom('OK', 'Error: x', '0\n', '00'),
  )
  const status = fc.oneof(fc.constantFrom(200, 204, 400, 401, 500, 502), fc.integer({ min: 100, max: 599 }))
  fc.assert(
    fc.property(status, header, body, (code, exitCodeHeader, text) => {
      readAnswer('output', { status: code, exitCodeHeader, body: text }, LEGACY)
      const answer = readAnswer('code', { status: code, exitCodeHeader, body: text }, LEGACY)
      if (answer.is !== 'ran' || answer.exitCode !== 0) return
      expect(code).toBe(200)
      expect(Number(text.trim())).toBe(0)
      expect(Number(exitCodeHeader ?? '0')).toBe(0)
    }),
    { numRuns: 5000 },
  )
})
