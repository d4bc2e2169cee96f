import fc from 'fast-check'
import type { RawAnswer } from '../src/panel/read-answer.js'
import transcripts1_10 from '../test/panel-simulator/transcripts.json' with { type: 'json' }
import transcripts1_8 from '../test/panel-simulator/transcripts-1.8.12.json' with { type: 'json' }
import transcripts1_9 from '../test/panel-simulator/transcripts-1.9.4.json' with { type: 'json' }
import { edited } from './texts.js'

const recorded = [...transcripts1_8, ...transcripts1_9, ...transcripts1_10].map(({ response }) => response)

const statuses = fc.constantFrom(
  200,
  200,
  200,
  204,
  206,
  301,
  400,
  401,
  403,
  404,
  422,
  429,
  500,
  502,
  503,
  504,
)
const bodies = edited(
  recorded.map(({ body }) => body),
  ['OK', 'Error: ', 'Usage: ', "doesn't exist", '<html>', '{BLF-CRYPT}', '"SUSPENDED": "', 'null'],
)
const codes = [...recorded.map(({ hestiaExitCode }) => String(hestiaExitCode ?? 0)), '405', '999', '1000']

/** Responses like those recorded from real panels, but mixed and damaged. */
export const damagedAnswers: fc.Arbitrary<RawAnswer> = fc.oneof(
  fc.record({
    status: statuses,
    exitCodeHeader: fc.option(edited(codes), { nil: undefined }),
    body: fc.oneof(edited(codes), bodies),
  }),
  fc.record({ line: fc.constantFrom(...recorded), body: fc.option(bodies) }).map(({ line, body }) => ({
    status: line.status,
    exitCodeHeader: line.hestiaExitCode === null ? undefined : String(line.hestiaExitCode),
    body: body ?? line.body,
  })),
)

/** Whether a response to a call that asked for the exit code says that the command succeeded. */
export function saysDone({ status, exitCodeHeader = '0', body }: RawAnswer): boolean {
  return status === 200 && exitCodeHeader.trimEnd() === '0' && body.trimEnd() === '0'
}
