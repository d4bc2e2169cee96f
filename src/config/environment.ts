import { readFileSync } from 'node:fs'
import { errorCodeOf } from '../lib/describe-error.js'

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reports a fault of the configuration: a line that begins with the variable's name and never quotes its value. */
export type AddFault = (fault: string) => void

/** Reads a variable, or, if it is a secret, the file that its `_FILE` twin names. Empty counts as unset. */
export function readVariable(
  environment: Environment,
  name: string,
  isSecret: boolean,
  addFault: AddFault,
): string | undefined {
  const value = environment[name] || undefined
  const path = isSecret ? environment[`${name}_FILE`] || undefined : undefined
  if (path === undefined) return value
  if (value !== undefined) addFault(`${name} and ${name}_FILE are both set: set one of them`)
  const text = readFile(`${name}_FILE`, path, addFault)?.replace(/[\r\n]+$/, '')
  if (text === '') addFault(`${name}_FILE names an empty file`)
  // The file's fault is reported. The other checks continue as if there were a value.
  return text ?? ''
}

/** Whether a secret is set, by itself or in a file, right or wrong. */
export function isSecretSet(environment: Environment, name: string): boolean {
  return Boolean(environment[name] || environment[`${name}_FILE`])
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
