import { describe, expect, it } from 'vitest'
import { totp } from './commands/totp.js'
import { argumentFields, startPanelClient } from './panel-client.js'
import { type PanelSimulator, panelReleases, simulatorCredentials } from './simulator.js'
import transcripts1_10 from './transcripts.json' with { type: 'json' }
import transcripts1_8 from './transcripts-1.8.12.json' with { type: 'json' }
import transcripts1_9 from './transcripts-1.9.4.json' with { type: 'json' }

const { accessKey, secretKey, apiKey, adminUser, adminPassword, changeOnly, aliceOnly } = simulatorCredentials

const CREDENTIALS: Record<string, Record<string, string>> = {
  access_key: { access_key: accessKey, secret_key: secretKey },
  hash_pair: { hash: `${accessKey}:${secretKey}` },
  legacy_hash: { hash: apiKey },
  admin_password: { user: adminUser, password: adminPassword },
  change_only_key: { access_key: changeOnly.accessKey, secret_key: changeOnly.secretKey },
  alice_key: { access_key: aliceOnly.accessKey, secret_key: aliceOnly.secretKey },
  wrong_secret: { access_key: accessKey, secret_key: 'x'.repeat(40) },
  short_secret: { access_key: accessKey, secret_key: 'short' },
  unknown_key: { access_key: 'A'.repeat(20), secret_key: secretKey },
  wrong_hash: { hash: 'x'.repeat(32) },
  wrong_admin_password: { user: adminUser, password: 'wrong' },
  not_admin: { user: 'alice', password: 'alice panel pw' },
  none: {},
}

const TRANSCRIPTS = { '1.8': transcripts1_8, '1.9': transcripts1_9, '1.10': transcripts1_10 }

describe.each(panelReleases)('the simulator answers as the recorded panel %s:', (release) => {
  for (const [index, line] of TRANSCRIPTS[release].entries()) {
    it(`the simulator answers as the recorded panel ${release}: line ${index}, ${line.note} (${line.auth}, returncode=${line.returncode})`, async () => {
      const { panel, post } = await startPanelClient({ release })
      setSwitches(panel, line.note)
      const { status, hestiaExitCode, contentType, body } = line.response
      const fields = {
        ...CREDENTIALS[line.auth],
        ...(line.cmd === null ? {} : { cmd: line.cmd }),
        ...argumentFields(line.args.map((argument) => fillPlaceholder(argument, status))),
        returncode: line.returncode,
      }

      const answer = await post(fields, line.encoding === 'json' ? 'json' : 'form')

      expect({ ...answer, body: hideSecrets(answer.body) }).toEqual({
        status,
        exitCode: sentExitCode(hestiaExitCode),
        contentType,
        body,
      })
    })
  }
})

function setSwitches(panel: PanelSimulator, note: string): void {
  panel.switches.accessKeyApi = note !== 'access-key API switched off'
  panel.switches.legacyApi = note !== 'legacy API switched off'
  panel.switches.addressAllowed = note !== "caller's address not in the allowed list"
}

/** The recorded code was valid at that time, except that it was expired if the panel refused it. */
function fillPlaceholder(argument: string, status: number): string {
  const ageMs = status === 401 ? 10 * 60_000 : 0
  return argument === '<TOTP>' ? totp('JBSWY3DPEHPK3PXP', Date.now() - ageMs) : argument
}

function sentExitCode(exitCode: number | null): string | undefined {
  return exitCode === null ? undefined : String(exitCode)
}

function hideSecrets(body: string): string {
  return body
    .replaceAll(/\$2y\$05\$[./A-Za-z0-9]{53}/g, '<BCRYPT>')
    .replaceAll(/\$argon2id\$[^ '\n]+/g, '<ARGON2ID>')
    .replaceAll(/\$1\$[^ '\n]+/g, '<MD5CRYPT>')
    .replaceAll(accessKey, '<ACCESS_KEY_ID>')
    .replaceAll(changeOnly.accessKey, '<CHANGE_ONLY_KEY_ID>')
    .replaceAll(aliceOnly.accessKey, '<ALICE_KEY_ID>')
}
