import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/**
 * Runs the given npm scripts in parallel, and fails if one of them fails. The last script's output is shown live. The output of
 * the others is shown afterwards, and only if they failed.
 */
const names = process.argv.slice(2)

async function run(name: string, isShown: boolean): Promise<{ name: string; code: number; output: string }> {
  const child = spawn('npm', ['run', '--silent', name], {
    stdio: ['ignore', isShown ? 'inherit' : 'pipe', isShown ? 'inherit' : 'pipe'],
  })
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  const outputs = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')),
  )
  return { name, code: await ended, output: outputs.join('') }
}

const ends = await Promise.all(names.map((name) => run(name, name === names.at(-1))))
for (const { name, code, output } of ends) {
  if (code === 0) continue
  process.exitCode = 1
  process.stderr.write(`${output}\nnpm run ${name} failed (exit code ${code})\n`)
}
