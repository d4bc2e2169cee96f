import { isAbsolute } from 'node:path/posix'
import type { Stage, Step } from './dockerfile.js'

/** A rule for Dockerfiles, like the rule of hadolint in brackets. Returns what breaks it. */
type Rule = (stages: readonly Stage[]) => readonly string[]

const EXACT_VERSION = /:\d+\.\d+(?:\.\d+)?(?:-[\w.-]+)?$/
const RUN_AS_PROGRAM = ['CMD', 'ENTRYPOINT', 'HEALTHCHECK']

const rules: Readonly<Record<string, Rule>> = {
  'a base image has an exact version (DL3006, DL3007)': (stages) =>
    stages.map(({ image }) => image).filter((image) => !EXACT_VERSION.test(image)),
  'a working directory is absolute (DL3000)': (stages) =>
    found(stages, 'WORKDIR', ({ text }) => !isAbsolute(text)),
  'files are copied, not added (DL3020)': (stages) => found(stages, 'ADD', () => true),
  'files come from a stage that there is (DL3022)': (stages) =>
    found(stages, 'COPY', ({ flags }) =>
      flags.some(
        (flag) => flag.startsWith('--from=') && !stages.some(({ name }) => `--from=${name}` === flag),
      ),
    ),
  'directories are changed by WORKDIR, rights by USER (DL3003, DL3004)': (stages) =>
    found(stages, 'RUN', ({ text }) => /\b(?:cd|sudo|su) /.test(text)),
  'packages are those of the lock file (DL3016)': (stages) =>
    found(stages, 'RUN', ({ text }) => /\bnpm (?:i|install|update)\b/.test(text)),
  'programs run without a shell (DL3025)': (stages) =>
    RUN_AS_PROGRAM.flatMap((keyword) => found(stages, keyword, ({ exec }) => exec === undefined)),
  'nothing is installed or run in the last stage': (stages) => found(stages.slice(-1), 'RUN', () => true),
  'the last user is a number, and not root (DL3002)': (stages) => {
    const user = all(stages.slice(-1), 'USER').at(-1)?.text ?? 'root'
    return /^[1-9]\d*:[1-9]\d*$/.test(user) ? [] : [`USER ${user}`]
  },
  'there is one way to start it, and one to see whether it lives (DL3012, DL4003, DL4004)': (stages) =>
    ['ENTRYPOINT', 'HEALTHCHECK'].filter((keyword) => all(stages.slice(-1), keyword).length !== 1),
  'no signal opens the inspector': (stages) =>
    found(stages, 'ENTRYPOINT', ({ exec }) => exec?.includes('--disable-sigusr1') === false),
  'no secret is in it': (stages) =>
    ['ENV', 'ARG'].flatMap((keyword) =>
      found(stages, keyword, ({ text }) => /HESTIA_|SECRET|PASSWORD|TOKEN/i.test(text)),
    ),
}

/** The breaches of the rules, as `RULE: WHAT`. */
export function breaches(stages: readonly Stage[]): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => rule(stages).map((breach) => `${name}: ${breach}`))
}

function all(stages: readonly Stage[], keyword: string): Step[] {
  return stages.flatMap(({ steps }) => steps.filter((step) => step.keyword === keyword))
}

function found(stages: readonly Stage[], keyword: string, isBreach: (step: Step) => boolean): string[] {
  return all(stages, keyword)
    .filter(isBreach)
    .map(({ text }) => `${keyword} ${text}`)
}
