import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { loadStages, type Stage } from '../../docker/dockerfile.js'
import { checkOut, cleanEnvironment, projectFiles, ROOT } from './checkout.js'
import type { CommandLine } from './sandbox.js'
import { scratchDirectory } from './scratch.js'

/** The last stage of the Dockerfile. A folder stands for the root of its file system. */
export interface Image {
  readonly root: string
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string>>
  readonly entryPoint: CommandLine
  readonly healthCheck: CommandLine
}

/** Files copied from the base images, and their paths on this machine. */
const IN_BASE_IMAGES: Readonly<Record<string, string>> = { '/usr/local/bin/node': process.execPath }

/** This machine's Node may be older than the image's. */
function isKnownHere(argument: string): boolean {
  return argument !== '--disable-sigusr1' || process.allowedNodeEnvironmentFlags.has(argument)
}

interface Built extends Image {
  readonly name: string | undefined
}

/** Builds step by step like a builder: each stage in an empty folder, each command in a clean environment. */
export function buildImage(): Image {
  const built: Built[] = []
  for (const stage of loadStages()) built.push(buildStage(stage, built))
  const image = built.at(-1)
  if (!image) throw new Error('The Dockerfile has no stage')
  return image
}

function buildStage({ name, steps }: Stage, earlier: readonly Built[]): Built {
  const root = scratchDirectory('stage')
  let workingDirectory = '/'
  const environment: Record<string, string> = {}
  let entryPoint: CommandLine = ['false']
  let healthCheck: CommandLine = ['false']
  const inside = (path: string): string => join(root, resolve(workingDirectory, path))

  for (const { keyword, flags, args, text, exec } of steps) {
    switch (keyword) {
      case 'WORKDIR':
        workingDirectory = text
        mkdirSync(inside('.'), { recursive: true })
        break
      case 'ENV':
        for (const [, variable = '', quoted, plain = ''] of text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)) {
          environment[variable] = quoted ?? plain
        }
        break
      case 'COPY': {
        const from = flags.map((flag) => flag.replace('--from=', '')).at(0)
        const source =
          from === undefined ? buildContext() : earlier.find((stage) => stage.name === from)?.root
        copy(source ?? '', args.slice(0, -1), inside(args.at(-1) ?? ''), (args.at(-1) ?? '').endsWith('/'))
        break
      }
      case 'RUN': {
        // Don't fetch again what is cached.
        const env = { ...cleanEnvironment(), ...environment, npm_config_prefer_offline: 'true' }
        execFileSync('sh', ['-c', text], { cwd: inside('.'), env, stdio: ['ignore', 'ignore', 'inherit'] })
        break
      }
      case 'ENTRYPOINT':
        entryPoint = exec?.filter(isKnownHere) as unknown as CommandLine
        break
      case 'HEALTHCHECK':
        healthCheck = exec as unknown as CommandLine
        break
      default:
        if (!['USER', 'EXPOSE'].includes(keyword)) throw new Error(`${keyword} is not supported here`)
    }
  }
  return { name, root, workingDirectory, environment, entryPoint, healthCheck }
}

/** The builder's context: the project's files except those in .dockerignore, which has plain names. */
function buildContext(): string {
  const directory = scratchDirectory('context')
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n').filter(Boolean)
  const kept = projectFiles().filter((file) => !ignored.some((name) => `${file}/`.startsWith(`${name}/`)))
  checkOut(directory, kept)
  return directory
}

/** Like COPY: copies a file to the name or into the folder, and the contents of a folder. */
function copy(source: string, paths: readonly string[], target: string, intoDirectory: boolean): void {
  for (const path of paths) {
    const inSource = join(source, path)
    const from = existsSync(inSource) ? inSource : (IN_BASE_IMAGES[path] ?? inSource)
    const to = intoDirectory && statSync(from).isFile() ? join(target, basename(path)) : target
    mkdirSync(dirname(to), { recursive: true })
    cpSync(from, to, { recursive: true, verbatimSymlinks: true })
  }
}
