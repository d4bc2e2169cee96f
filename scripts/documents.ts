import { describeConfiguration } from './configuration.js'

/** The files that are made from the code, by their path, each with its text. */
export function makeDocuments(): Readonly<Record<string, string>> {
  return { 'docs/configuration.md': describeConfiguration() }
}
