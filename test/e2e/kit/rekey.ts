import { fileURLToPath } from 'node:url'
import { type PanelSimulator, simulatorCredentials } from '../../panel-simulator/simulator.js'
import { PATH, startProgram } from './programs.js'
import type { CommandLine } from './sandbox.js'

/** The built service as a process. */
export interface Rekey {
  readonly pid: number
  readonly url: string
  /** Everything that it has logged. */
  lines(): Record<string, unknown>[]
  /** The audit lines. */
  attempts(): Record<string, unknown>[]
  kill(): Promise<void>
}

/** `npm run test:e2e` builds it before the tests run. */
export const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/** Starts the service with a panel. Refusals aren't delayed. */
export async function startRekey(
  panel: PanelSimulator,
  environment: Record<string, string> = {},
  [command, ...args]: CommandLine = [process.execPath, MAIN],
): Promise<Rekey> {
  const program = startProgram(command, args, {
    env: {
      PATH,
      HESTIA_URL: panel.url,
      HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
      HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
      HESTIA_CERT_SHA256: panel.certificate.fingerprint,
      REKEY_PORT: '0',
      REKEY_REFUSAL_DELAY_MS: '0',
      ...environment,
    },
  })
  const [line] = await program.written(/^.*"event":"listening".*(?=\n)/m)
  const { address, port } = JSON.parse(line) as { address: string; port: number }
  const lines = (): Record<string, unknown>[] =>
    program
      .output()
      .split('\n')
      .filter((text) => text.startsWith('{'))
      .map((text) => JSON.parse(text))
  return {
    pid: program.pid,
    url: `http://${address}:${port}`,
    kill: program.kill,
    lines,
    attempts: () => lines().filter(({ event }) => event === 'attempt'),
  }
}
