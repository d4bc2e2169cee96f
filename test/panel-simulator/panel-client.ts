import { Agent, request } from 'undici'
import { onTestFinished } from 'vitest'
import { type PanelSimulator, type SimulatorOptions, startPanelSimulator } from './simulator.js'

/** The panel's response. */
interface PanelAnswer {
  readonly status: number
  readonly exitCode: string | undefined
  readonly contentType: string | undefined
  readonly body: string
}

export interface PanelClient {
  readonly panel: PanelSimulator
  /** Posts the fields as a form, or as a JSON object. */
  post(fields: Record<string, string>, encoding?: 'form' | 'json'): Promise<PanelAnswer>
  /** Runs a command with the service's access key, by default with `returncode=no`. */
  run(command: string, args: readonly string[], returncode?: 'yes' | 'no'): Promise<PanelAnswer>
}

/** A simulator and its client, for the running test. */
export async function startPanelClient(options?: SimulatorOptions): Promise<PanelClient> {
  // These tests aren't about TLS.
  const panel = await startPanelSimulator({ plainHttp: true, ...options })
  const dispatcher = new Agent()
  onTestFinished(async () => {
    await dispatcher.destroy()
    await panel.close()
  })
  const { accessKey, secretKey } = panel.credentials
  const post: PanelClient['post'] = async (fields, encoding = 'form') => {
    const { statusCode, headers, body } = await request(`${panel.url}/api/`, {
      method: 'POST',
      dispatcher,
      headers: { 'Content-Type': CONTENT_TYPES[encoding] },
      body: encoding === 'form' ? new URLSearchParams(fields).toString() : JSON.stringify(fields),
    })
    return {
      status: statusCode,
      exitCode: textOf(headers['hestia-exit-code']),
      contentType: textOf(headers['content-type']),
      body: await body.text(),
    }
  }
  return {
    panel,
    post,
    run: (command, args, returncode = 'no') =>
      post({
        access_key: accessKey,
        secret_key: secretKey,
        cmd: command,
        returncode,
        ...argumentFields(args),
      }),
  }
}

/** The fields of a command's arguments: `arg1`, `arg2` … */
export function argumentFields(args: readonly string[]): Record<string, string> {
  return Object.fromEntries(args.map((argument, index) => [`arg${index + 1}`, argument]))
}

const CONTENT_TYPES = { form: 'application/x-www-form-urlencoded', json: 'application/json' }

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}
