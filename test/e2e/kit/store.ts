import { type PanelSimulator, simulatorCredentials } from '../../panel-simulator/simulator.js'
import { startProgram } from './programs.js'
import { LINK_KEY } from './redis.js'
import { MAIN, type Rekey } from './rekey.js'

/** The settings of instances that share the store at this URL. */
export function sharing(url: string): Record<string, string> {
  return { REKEY_REDIS_URL: url, REKEY_LINK_KEY: LINK_KEY }
}

/** Sends a valid change, and returns the code of its answer. */
export async function change(rekey: Rekey): Promise<string> {
  const response = await fetch(`${rekey.url}/api/v1/password-changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'info@example.org',
      newPassword: 'a wholly new secret',
      account: { username: 'alice', password: 'alice panel pw' },
    }),
  })
  return ((await response.json()) as { code: string }).code
}

/** The doctor's finding about the store. */
export async function diagnoseStore(panel: PanelSimulator, url: string): Promise<string> {
  return await diagnose(panel, sharing(url), 'store')
}

/** The doctor's finding of one check: its code, otherwise its status. */
export async function diagnose(
  panel: PanelSimulator,
  environment: Record<string, string>,
  name: string,
): Promise<string> {
  const program = startProgram(process.execPath, [MAIN, 'doctor', '--json'], {
    env: {
      HESTIA_URL: panel.url,
      HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
      HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
      ...environment,
    },
  })
  const [report] = await program.written(/^\{$(?:.*\n)*?^\}$/m)
  const { findings } = JSON.parse(report) as {
    findings: { check: string; code?: string; status: string }[]
  }
  const { code, status } = findings.find(({ check }) => check === name) ?? {}
  return code ?? status ?? ''
}
