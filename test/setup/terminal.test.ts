import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { openTerminal } from '../../src/setup/terminal.js'

/** A terminal with this input, with or without a person. */
function terminalWith(typed: string, { isTTY = true, asks = true } = {}) {
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: (isRaw: boolean) => modes.push(isRaw) })
  const output = new PassThrough()
  input.write(typed)
  const terminal = openTerminal({ input, output }, asks)
  return {
    terminal,
    input,
    modes,
    async shown() {
      terminal.close()
      output.end()
      return text(output)
    },
  }
}

it('a terminal asks, and takes an empty line for the default, also if several lines were typed at once', async () => {
  const { terminal, shown } = terminalWith('one\n\nyes\nno\n')
  expect(await terminal.ask('First', 'x')).toBe('one')
  expect(await terminal.ask('Second', 'two')).toBe('two')
  expect(await terminal.confirm('Go on?')).toBe(true)
  expect(await terminal.confirm('Go on?')).toBe(false)
  expect(await shown()).toBe(
    'First [x]: Second [two]: Go on? yes or no [yes]: Go on? yes or no [yes]: Nothing was changed.\n',
  )
})

it.each([{ isTTY: false }, { asks: false }])(
  'a terminal asks nobody with %o: every answer is the default',
  async (how) => {
    const { terminal, shown } = terminalWith('other\n', how)
    expect([await terminal.ask('Which?', 'this'), await terminal.confirm('Go on?')]).toEqual(['this', true])
    expect(await terminal.askSecretly('The secret')).toBe('')
    expect(await shown()).toBe('')
  },
)

it('a terminal doesn’t show a secret while it is typed, corrected or pasted', async () => {
  const { terminal, input, modes, shown } = terminalWith('an ID\n')
  expect(await terminal.ask('ID', '')).toBe('an ID')
  const secret = terminal.askSecretly('The secret')
  setImmediate(() => input.write('canaryX\u007f\r'))
  expect(await secret).toBe('canary')
  expect(modes).toEqual([true, false])
  expect(await shown()).toBe('ID: The secret (not shown): \n')
})

it('a terminal that ends ends the setup, also in the middle of a secret', async () => {
  const { terminal, input } = terminalWith('')
  input.end()
  await once(input, 'finish')
  await expect(terminal.ask('Which?', 'this')).rejects.toThrow('The input ended')
  const other = terminalWith('secr\u0003')
  await expect(other.terminal.askSecretly('The secret')).rejects.toThrow('The input ended')
})
