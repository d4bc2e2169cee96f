import { on } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** The person at the terminal. */
export interface Terminal {
  /** Writes one or more lines. */
  say(text: string): void
  /** Asks a question. Returns the default for an empty answer, or if nobody can answer. */
  ask(question: string, fallback: string): Promise<string>
  /** Asks whether to continue. If not, says that nothing was changed. */
  confirm(question: string): Promise<boolean>
  /** Asks for a secret, without showing it. Returns an empty text if nobody can answer. */
  askSecretly(question: string): Promise<string>
  close(): void
}

/** The streams of the terminal. */
interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }
  readonly output: Writable
}

const INTERRUPT = '\u0003'
const END = '\u0004'
const ERASE = ['\b', '\u007f']

/** @param asks false to use the default answers without asking */
export function openTerminal({ input, output }: Streams, asks: boolean): Terminal {
  const isAttended = asks && input.isTTY === true
  let lines: Interface | undefined
  let answers: AsyncIterator<string> | undefined

  function close(): void {
    lines?.close()
    lines = answers = undefined
  }

  const say = (text: string): void => void output.write(`${text}\n`)

  async function ask(question: string, fallback: string): Promise<string> {
    if (!isAttended) return fallback
    output.write(fallback === '' ? `${question}: ` : `${question} [${fallback}]: `)
    lines ??= createInterface({ input, terminal: false })
    answers ??= lines[Symbol.asyncIterator]()
    const { done, value } = await answers.next()
    if (done) throw new Error('The input ended, so the setup stopped.')
    return value.trim() || fallback
  }

  return {
    say,
    ask,
    async confirm(question) {
      if (/^y(es)?$/i.test(await ask(`${question} yes or no`, 'yes'))) return true
      say('Nothing was changed.')
      return false
    },
    async askSecretly(question) {
      if (!isAttended) return ''
      // Otherwise the line reader would also read the secret.
      close()
      output.write(`${question} (not shown): `)
      const secret = await readSecret(input)
      output.write('\n')
      return secret
    },
    close,
  }
}

/** Reads a line in raw mode, in which the terminal doesn't echo it. */
async function readSecret(input: Streams['input']): Promise<string> {
  input.setRawMode?.(true)
  let typed = ''
  // A terminal that was paused doesn't go on for the stream's own iterator.
  const chunks = on(input, 'data', { close: ['end'] })
  input.resume()
  try {
    for await (const [chunk] of chunks) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return typed.trim()
        if (character === INTERRUPT || character === END)
          throw new Error('The input ended, so the setup stopped.')
        typed = ERASE.includes(character) ? typed.slice(0, -1) : typed + character
      }
    }
    return typed.trim()
  } finally {
    input.setRawMode?.(false)
    input.pause()
  }
}
