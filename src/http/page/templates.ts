import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Eta, EtaError } from 'eta'

/** Renders a template of the views folder. Every value is escaped. Throws if a value is missing. */
export type Render = (template: string, view: Readonly<Record<string, unknown>>) => string

/** A template that doesn't compile. `line` counts from 1; undefined if unknown. */
export interface TemplateFault {
  readonly name: string
  readonly line: number | undefined
}

/**
 * Renders the templates of the last directory, each from the first directory that has it. Reads all of them now.
 *
 * @param shared values for every template, including the layout and the parts
 */
export function createRender(
  directories: readonly string[],
  shared: Readonly<Record<string, unknown>>,
): Render {
  const { eta } = loadTemplates(directories)
  return (template, view) => eta.render(template, { ...shared, ...view })
}

/** Compiles every template, and returns those that fail. Throws if one can't be read. */
export function findTemplateFaults(directories: readonly string[]): TemplateFault[] {
  const { eta, texts } = loadTemplates(directories)
  return [...texts].flatMap(([path, text]) => {
    try {
      eta.compile(text)
      return []
    } catch (error) {
      if (!(error instanceof EtaError)) throw error
      const [, line] = / at line (\d+) col \d+:/.exec(error.message) ?? []
      return [{ name: basename(path), line: line === undefined ? undefined : Number(line) }]
    }
  })
}

/** @returns the sorted names of the templates in a directory */
export function templateNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.eta'))
    .sort()
}

function loadTemplates(directories: readonly string[]) {
  const ours = directories.at(-1) ?? ''
  const texts = new Map(
    templateNames(ours).map((name) => {
      const directory = directories.find((each) => isFile(join(each, name))) ?? ours
      return [join(ours, name), readFileSync(join(directory, name), 'utf8')]
    }),
  )
  const eta = new Eta({
    views: ours,
    cache: true,
    autoTrim: false,
    // Eta would print the word "undefined".
    autoFilter: true,
    filterFunction(value) {
      if (value === undefined || value === null) throw new TypeError('a template printed a missing value')
      return String(value)
    },
  })
  // Templates include each other by the paths in our folder, whichever folder they come from.
  eta.readFile = (path) => {
    const text = texts.get(path)
    if (text === undefined) throw new Error(`no template ${basename(path)}`)
    return text
  }
  return { eta, texts }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
