import { spawnSync } from 'node:child_process'
import { neededCommands } from '../../../src/panel/needed-commands.js'
import { panelScript } from '../../../src/setup/panel-script.js'
import { HESTIA, type PanelHost } from './panel-host.js'

interface ScriptOptions {
  readonly address: string
  readonly profile?: string
  readonly proofs?: Parameters<typeof neededCommands>[0]
}

/** The output of `rekey setup --remote`, by default for proof by mailbox. */
export function scriptOf({
  address,
  profile = 'mail-password',
  proofs = ['mailbox'],
}: ScriptOptions): string {
  return panelScript({ address, profile, commands: neededCommands(proofs) })
}

/** Runs it as if pasted into an interactive shell. */
export function paste(host: PanelHost, text: string) {
  const input = `${host.localized(text)}\necho the shell lives on\n`
  return spawnSync('bash', ['--norc', '--noprofile', '-i'], {
    input,
    env: { PATH: host.path, HESTIA: host.localized(HESTIA) },
    encoding: 'utf8',
  })
}

/** Runs it as in `rekey setup --remote NAME | bash`, or `| ssh root@panel.example.com bash`. */
export function pipe(host: PanelHost, script: string, environment: Record<string, string> = {}) {
  const env = { PATH: host.path, ...environment }
  return spawnSync('bash', [], { input: host.localized(script), env, encoding: 'utf8' })
}

/** The commands that undo a run. */
export function undoOf({ stderr }: { stderr: string }): string[] {
  return [...stderr.matchAll(/^ {2}Undo: (.+)$/gm)].map(([, line = '']) => line)
}

/** The command that the script prints after these words. */
export function lineAfter(words: string, output: string): string {
  return output.split(words)[1]?.split('\n')[0] ?? ''
}
