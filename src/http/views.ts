import { Eta } from 'eta'

/** Renders a template of the views folder; every value is escaped. Throws if a value is missing. */
export type Render = (template: string, view: Readonly<Record<string, unknown>>) => string

export function createRender(viewsDirectory: string): Render {
  const eta = new Eta({
    views: viewsDirectory,
    cache: true,
    autoTrim: false,
    // Eta would print the word "undefined".
    autoFilter: true,
    filterFunction(value) {
      if (value === undefined || value === null) throw new TypeError('a template printed a missing value')
      return String(value)
    },
  })
  return (template, view) => eta.render(template, view)
}
