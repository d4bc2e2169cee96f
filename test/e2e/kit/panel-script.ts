import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { HESTIA, type PanelHost } from './panel-host.js'

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/** What `setup-panel` prints for these options, and proof by mailbox. */
export function scriptOf(...options: string[]): string {
  return scriptFor('mailbox', ...options)
}

/** What `setup-panel` prints for these proofs and options. */
export function scriptFor(proofs: string, ...options: string[]): string {
  const args = [MAIN, 'setup-panel', ...options]
  return execFileSync(process.execPath, args, { env: { REKEY_PROOFS: proofs }, encoding: 'utf8' })
}

/** As if it were pasted: an interactive shell reads it. */
export function paste(host: PanelHost, text: string) {
  const input = `${host.localized(text)}\necho the shell lives on\n`
  return spawnSync('bash', ['--norc', '--noprofile', '-i'], {
    input,
    env: { PATH: host.path, HESTIA: host.localized(HESTIA) },
    encoding: 'utf8',
  })
}

/** As by `rekey setup-panel | bash`, or `| ssh root@panel.example.com bash`. */
export function pipe(host: PanelHost, script: string, environment: Record<string, string> = {}) {
  const env = { PATH: host.path, ...environment }
  return spawnSync('bash', [], { input: host.localized(script), env, encoding: 'utf8' })
}

/** The lines that undo what a run did. */
export function undoOf({ stderr }: { stderr: string }): string[] {
  return [...stderr.matchAll(/^ {2}Undo: (.+)$/gm)].map(([, line = '']) => line)
}

/** What the script offers as a command, after these words. */
export function lineAfter(words: string, output: string): string {
  return output.split(words)[1]?.split('\n')[0] ?? ''
}
