import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodeOf } from '../lib/describe-error.js'

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reports an error in the configuration: a line that begins with the variable's name and never quotes its value. */
export type AddFault = (fault: string) => void

/**
 * Reads a variable. A secret can also be in a file: the one that the `_FILE` variable names, or the systemd credential of the same
 * name (systemd.exec(5)). An empty variable counts as unset.
 */
export function readVariable(
  environment: Environment,
  name: string,
  isSecret: boolean,
  addFault: AddFault,
): string | undefined {
  const value = environment[name] || undefined
  if (!isSecret) return value
  const files = secretFiles(environment, name)
  const sources = [...(value === undefined ? [] : [name]), ...files.map(({ source }) => source)]
  if (sources.length > 1) addFault(`${sources.join(' and ')} are both set: remove one of them`)
  const [file] = files
  if (file === undefined) return value
  const text = readFile(file.source, file.path, addFault)?.replace(/[\r\n]+$/, '')
  if (text === '') addFault(`${file.source} is an empty file`)
  // If the file can't be read, that error has been reported; the other checks continue.
  return text ?? ''
}

/** Whether a secret is set, in its variable or in a file, valid or not. */
export function isSecretSet(environment: Environment, name: string): boolean {
  return Boolean(environment[name]) || secretFiles(environment, name).length > 0
}

/** The files that hold a secret, each with the name for error messages. */
function secretFiles(environment: Environment, name: string): { source: string; path: string }[] {
  const named = environment[`${name}_FILE`]
  const directory = environment.CREDENTIALS_DIRECTORY
  const credential = directory ? join(directory, name) : ''
  return [
    ...(named ? [{ source: `${name}_FILE`, path: named }] : []),
    ...(existsSync(credential) ? [{ source: `${name} (credential)`, path: credential }] : []),
  ]
}

/** Reads the text file that a variable names, without a byte order mark. On failure, reports an error and returns undefined. */
export function readFile(variable: string, path: string, addFault: AddFault): string | undefined {
  const bytes = readBytes(variable, path, addFault)
  return bytes && new TextDecoder().decode(bytes)
}

/** Like `readFile`, for a file that isn't text. */
export function readBytes(variable: string, path: string, addFault: AddFault): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    addFault(`${variable} can't be read (${errorCode(error)})`)
    return undefined
  }
}

/** The system's error code, such as `ENOENT`. */
export function errorCode(error: unknown): string {
  return errorCodeOf(error) ?? 'unknown error'
}
