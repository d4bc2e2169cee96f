import { exitCode } from './exit-codes.js'
import { words } from './words.js'

/** What came back over HTTP. Nobody may use its text but the functions here. */
export interface RawAnswer {
  readonly status: number
  /** The `Hestia-Exit-Code` header. */
  readonly exitCodeHeader: string | undefined
  readonly body: string
}

/** What `returncode` asks the panel for: the exit code alone, or the command's output. */
export type Asked = 'code' | 'output'

/** Why the panel did not run the command: a fault in how the service is set up. */
export type Refusal =
  | 'key-refused'
  | 'not-administrator'
  | 'address-not-allowed'
  | 'command-forbidden'
  /** One of the three above: the panel sends the number alone when asked for the code. */
  | 'forbidden'
  /** The panel was not asked, for it forbade another command lately. */
  | 'command-untried'
  | 'api-disabled'
  | 'request-refused'

/** The command ran, and this is how it ended. */
export interface CommandAnswer {
  readonly is: 'ran'
  /** Undefined where a legacy key's answer does not tell. */
  readonly exitCode: number | undefined
  readonly output: string
}

/** The panel did not run the command. */
export interface RefusedCall {
  readonly is: 'refused'
  readonly refusal: Refusal
}

export type PanelAnswer =
  | CommandAnswer
  | RefusedCall
  /** Not an answer of the panel: a proxy's page, or a text cut short. */
  | { readonly is: 'nonsense' }

const NONSENSE: PanelAnswer = { is: 'nonsense' }

/**
 * Reads any answer to any call; never throws.
 *
 * @param legacy whether the credentials are of a legacy kind
 */
export function readAnswer(asked: Asked, raw: RawAnswer, legacy: boolean): PanelAnswer {
  // Only to a legacy key does the panel answer without the header.
  if (raw.exitCodeHeader === undefined && !legacy) return NONSENSE
  return asked === 'code' ? readCode(raw) : readOutput(raw)
}

/** Asked for the code, the panel answers 200 if the command ran and 4xx if not: the two meanings of 9 apart. */
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

/** A legacy key gets 200 and the text alone, whether the command succeeded or failed; `OK` where it said nothing. */
function readLegacyOutput(body: string): PanelAnswer {
  const output = withoutLineEnd(body)
  if (output === 'OK') return { is: 'ran', exitCode: undefined, output: '' }
  if (!words.failure.test(output)) return { is: 'ran', exitCode: exitCode.OK, output }
  return { is: 'ran', exitCode: failures.find(([text]) => text.test(output))?.[1], output }
}

/** What the words of a failed command mean, where a legacy key gets no code with them. */
const failures: readonly (readonly [RegExp, number])[] = [
  [words.usage, exitCode.E_ARGS],
  [words.malformedName, exitCode.E_INVALID],
  [words.severalRecords, exitCode.E_INVALID],
  [words.missing, exitCode.E_NOTEXIST],
  [words.noTwoFactor, exitCode.E_NOTEXIST],
  [words.suspended, exitCode.E_SUSPENDED],
  [words.wrongPassword, exitCode.E_PASSWORD],
]

/** Asked for the output on an access key, a failed command and a refused call look alike but for code and words. */
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
