import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodeOf } from '../lib/describe-error.js'

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reports a fault of the configuration: a line that begins with the variable's name and never quotes its value. */
export type AddFault = (fault: string) => void

/**
 * Reads a variable. A secret may also be in a file: the one that its `_FILE` twin names, or the credential of its name that systemd
 * hands to the service (systemd.exec(5)). Empty counts as unset.
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
  if (sources.length > 1) addFault(`${sources.join(' and ')} are both set: set one of them`)
  const [file] = files
  if (file === undefined) return value
  const text = readFile(file.source, file.path, addFault)?.replace(/[\r\n]+$/, '')
  if (text === '') addFault(`${file.source} names an empty file`)
  // The file's fault is reported. The other checks continue as if there were a value.
  return text ?? ''
}

/** Whether a secret is set, by itself or in a file, right or wrong. */
export function isSecretSet(environment: Environment, name: string): boolean {
  return Boolean(environment[name]) || secretFiles(environment, name).length > 0
}

/** The files that hold a secret, each with its name for faults. */
function secretFiles(environment: Environment, name: string): { source: string; path: string }[] {
  const named = environment[`${name}_FILE`]
  const directory = environment.CREDENTIALS_DIRECTORY
  const credential = directory ? join(directory, name) : ''
  return [
    ...(named ? [{ source: `${name}_FILE`, path: named }] : []),
    ...(existsSync(credential) ? [{ source: `${name} (credential)`, path: credential }] : []),
  ]
}

/** Reads a text file that a variable names, without a byte order mark; reports a fault and returns undefined if that fails. */
export function readFile(variable: string, path: string, addFault: AddFault): string | undefined {
  const bytes = readBytes(variable, path, addFault)
  return bytes && new TextDecoder().decode(bytes)
}

/** Like `readFile`, for a file that isn't text. */
export function readBytes(variable: string, path: string, addFault: AddFault): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    addFault(`${variable} names a file that can't be read (${errorCode(error)})`)
    return undefined
  }
}

/** The system's code for a file that can't be read, such as `ENOENT`. */
export function errorCode(error: unknown): string {
  return errorCodeOf(error) ?? 'unknown error'
}
