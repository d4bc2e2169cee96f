import { readFileSync } from 'node:fs'
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast'

/** One instruction of a Dockerfile, as a builder reads it. */
export interface Step {
  /** In capitals. */
  readonly keyword: string
  /** For example `--from=build`. */
  readonly flags: readonly string[]
  readonly args: readonly string[]
  /** Everything after the flags, with continued lines joined. */
  readonly text: string
  /** The words of the exec form, as in `CMD ["node", "main.js"]`. Undefined for the shell form. */
  readonly exec?: readonly string[]
}

/** A `FROM` and the instructions after it. */
export interface Stage {
  readonly image: string
  /** Its name after `AS`. */
  readonly name: string | undefined
  readonly steps: readonly Step[]
}

export const DOCKERFILE = new URL('../../Dockerfile', import.meta.url)

export function loadStages(): Stage[] {
  return parseStages(readFileSync(DOCKERFILE, 'utf8'))
}

export function parseStages(text: string): Stage[] {
  const stages: { image: string; name: string | undefined; steps: Step[] }[] = []
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const step = toStep(instruction)
    if (step.keyword === 'FROM') stages.push({ image: step.args[0] ?? '', name: step.args[2], steps: [] })
    else stages.at(-1)?.steps.push(step)
  }
  return stages
}

function toStep(instruction: Instruction): Step {
  const flags = 'getFlags' in instruction ? (instruction as Copy).getFlags().map(String) : []
  const text = instruction.getArgumentsContent() ?? ''
  const command = text.replace(/^CMD\s+/, '')
  return {
    keyword: instruction.getKeyword(),
    flags,
    args: instruction.getArguments().map(String),
    text,
    ...(command.startsWith('[') && { exec: JSON.parse(command) as string[] }),
  }
}
