import * as z from 'zod'
import { PanelFault } from '../core/panel-port.js'
import type { Deadline } from '../lib/deadline.js'
import type { RunCommand } from './command-runner.js'
import { parseJson } from './parse-json.js'

/** The releases of Hestia that Rekey was tested with. */
export const triedReleases: readonly string[] = ['1.8.12', '1.9.4', '1.10.3']

const systemInformation = z.object({
  sysinfo: z.object({ HESTIA: z.string().regex(/^\d{1,3}(?:\.\d{1,3}){1,3}$/) }),
})

/**
 * The panel's release, such as `1.10.3`; undefined if it can't be read. Changes don't need this command. If the key may not run
 * it, the panel counts a failed login.
 */
export async function askRelease(run: RunCommand, deadline: Deadline): Promise<string | undefined> {
  try {
    const command = { name: 'v-list-sys-info', args: ['json'], asked: 'output', repeatable: true } as const
    const { output } = await run({ ...command, deadline }, () => undefined)
    return systemInformation.safeParse(parseJson(output)).data?.sysinfo.HESTIA
  } catch (error) {
    if (error instanceof PanelFault) return undefined
    throw error
  }
}
