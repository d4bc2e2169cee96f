import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** The person at the terminal. */
export interface Terminal {
  /** Writes one or more lines. */
  say(text: string): void
  /** Asks a question. An empty answer is the default, and so is every answer if there is nobody to ask. */
  ask(question: string, fallback: string): Promise<string>
  /** Asks whether to go on; says that nothing was changed if not. */
  confirm(question: string): Promise<boolean>
  /** Asks for something that isn't shown while it is typed; empty if there is nobody to ask. */
  askSecretly(question: string): Promise<string>
  close(): void
}

/** Where the person types and reads. */
interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }
  readonly output: Writable
}

const INTERRUPT = '\u0003'
const END = '\u0004'
const ERASE = ['\b', '\u007f']

/** @param asks whether to ask at all: without it, every answer is the default */
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
    if (done) throw new Error('The input ended: nothing more was done.')
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
      // The lines' reader would take what is typed, too.
      close()
      output.write(`${question} (not shown): `)
      const secret = await readSecret(input)
      output.write('\n')
      return secret
    },
    close,
  }
}

/** In raw mode, the terminal echoes nothing. */
async function readSecret(input: Streams['input']): Promise<string> {
  input.setRawMode?.(true)
  let typed = ''
  try {
    for await (const chunk of input.iterator({ destroyOnReturn: false })) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return typed.trim()
        if (character === INTERRUPT || character === END)
          throw new Error('The input ended: nothing more was done.')
        typed = ERASE.includes(character) ? typed.slice(0, -1) : typed + character
      }
    }
    return typed.trim()
  } finally {
    input.setRawMode?.(false)
    input.pause()
  }
}
