import { exitCode } from './exit-codes.js'
import { words } from './words.js'

/** An HTTP response. Only the functions here may use its text. */
export interface RawAnswer {
  readonly status: number
  /** Of the header `Hestia-Exit-Code`. */
  readonly exitCodeHeader: string | undefined
  readonly body: string
}

/** What `returncode` asks for: only the exit code, or the output. */
export type Asked = 'code' | 'output'

/** Why the panel didn't run the command: Rekey's setup is wrong. */
export type Refusal =
  | 'key-refused'
  | 'not-administrator'
  | 'address-not-allowed'
  | 'command-forbidden'
  /** One of the three above. If asked for the code, the panel sends only the number. */
  | 'forbidden'
  /** Not sent, because the panel has recently forbidden another command. */
  | 'command-untried'
  | 'api-disabled'
  | 'request-refused'

/** The command ran. */
export interface CommandAnswer {
  readonly is: 'ran'
  /** Undefined if the answer to a legacy key doesn't say. */
  readonly exitCode: number | undefined
  readonly output: string
}

/** The command wasn't run. */
export interface RefusedCall {
  readonly is: 'refused'
  readonly refusal: Refusal
}

export type PanelAnswer =
  | CommandAnswer
  | RefusedCall
  /** Not the panel's answer: a proxy's page, or a truncated text. */
  | { readonly is: 'nonsense' }

const NONSENSE: PanelAnswer = { is: 'nonsense' }

/**
 * Reads any answer to any call. Never throws.
 *
 * @param legacy whether the credentials are of a legacy kind
 */
export function readAnswer(asked: Asked, raw: RawAnswer, legacy: boolean): PanelAnswer {
  // The panel leaves out the header only for a legacy key.
  if (raw.exitCodeHeader === undefined && !legacy) return NONSENSE
  return asked === 'code' ? readCode(raw) : readOutput(raw)
}

/** Asked for the code, the panel answers 200 if the command ran, otherwise 4xx. That separates the two meanings of 9. */
function readCode({ status, exitCodeHeader, body }: RawAnswer): PanelAnswer {
  const code = parseCode(body)
  const header = exitCodeHeader === undefined ? undefined : parseCode(exitCodeHeader)
  if (status === 200 && code !== undefined && (exitCodeHeader === undefined || header === code)) {
    return { is: 'ran', exitCode: code, output: '' }
  }
  if (isRefusalStatus(status) && header !== undefined && header !== exitCode.OK) return refused(header, body)
  return NONSENSE
}

function readOutput({ status, exitCodeHeader, body }: RawAnswer): PanelAnswer {
  if (exitCodeHeader === undefined) return status === 200 ? readLegacyOutput(body) : NONSENSE
  const code = parseCode(exitCodeHeader)
  if (code === undefined) return NONSENSE
  if ((status === 200 || status === 204) && code === exitCode.OK) {
    return { is: 'ran', exitCode: code, output: withoutLineEnd(body) }
  }
  if (!isRefusalStatus(status) || code === exitCode.OK) return NONSENSE
  return isRefusal(code, body) ? refused(code, body) : { is: 'ran', exitCode: code, output: body }
}

/** A legacy key gets 200 and the text, both for success and failure; `OK` if there was no output. */
function readLegacyOutput(body: string): PanelAnswer {
  const output = withoutLineEnd(body)
  if (output === 'OK') return { is: 'ran', exitCode: undefined, output: '' }
  if (!words.failure.test(output)) return { is: 'ran', exitCode: exitCode.OK, output }
  return { is: 'ran', exitCode: failures.find(([text]) => text.test(output))?.[1], output }
}

/** The exit codes of failed commands by their text, for legacy keys, which get no code. */
const failures: readonly (readonly [RegExp, number])[] = [
  [words.usage, exitCode.E_ARGS],
  [words.malformedName, exitCode.E_INVALID],
  [words.severalRecords, exitCode.E_INVALID],
  [words.missing, exitCode.E_NOTEXIST],
  [words.noTwoFactor, exitCode.E_NOTEXIST],
  [words.suspended, exitCode.E_SUSPENDED],
  [words.wrongPassword, exitCode.E_PASSWORD],
]

/** Asked for the output with an access key, failed commands and refused calls differ only in code and words. */
function isRefusal(code: number, body: string): boolean {
  switch (code) {
    case exitCode.E_PASSWORD:
      return !words.wrongPassword.test(withoutLineEnd(body))
    case exitCode.E_INVALID:
      return words.malformedCommand.test(withoutLineEnd(body))
    case exitCode.E_FORBIDEN:
    case exitCode.E_DISABLED:
    case exitCode.E_API_DISABLED:
      return true
    default:
      return code > exitCode.E_API_DISABLED
  }
}

function refused(code: number, body: string): PanelAnswer {
  return { is: 'refused', refusal: refusalOf(code, body) }
}

function refusalOf(code: number, body: string): Refusal {
  switch (code) {
    case exitCode.E_PASSWORD:
      return 'key-refused'
    case exitCode.E_FORBIDEN:
      if (words.addressNotAllowed.test(body)) return 'address-not-allowed'
      if (words.notAdministrator.test(body)) return 'not-administrator'
      return parseCode(body) === undefined ? 'command-forbidden' : 'forbidden'
    case exitCode.E_DISABLED:
    case exitCode.E_API_DISABLED:
      return 'api-disabled'
    default:
      return 'request-refused'
  }
}

function isRefusalStatus(status: number): boolean {
  return status >= 400 && status < 500
}

function parseCode(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,2})\s*$/.test(text) ? Number.parseInt(text, 10) : undefined
}

function withoutLineEnd(text: string): string {
  return text.replace(/\n$/, '')
}
