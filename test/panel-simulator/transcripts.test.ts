import { describe, expect, it } from 'vitest'
import { argumentFields, startPanelClient } from './panel-client.js'
import { type PanelSimulator, simulatorCredentials } from './simulator.js'
import { totp } from './totp.js'
import transcripts from './transcripts.json' with { type: 'json' }

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

describe('the simulator answers as the recorded panel:', () => {
  for (const [index, line] of transcripts.entries()) {
    it(`line ${index}, ${line.note} (${line.auth}, returncode=${line.returncode})`, async () => {
      const { panel, post } = await startPanelClient()
      setSwitches(panel, line.note)
      const fields = {
        ...CREDENTIALS[line.auth],
        ...(line.cmd === null ? {} : { cmd: line.cmd }),
        ...argumentFields(line.args.map(fillPlaceholder)),
        returncode: line.returncode,
      }

      const answer = await post(fields, line.encoding === 'json' ? 'json' : 'form')

      const { status, hestiaExitCode, contentType, body } = line.response
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

function fillPlaceholder(argument: string): string {
  return argument === '<TOTP>' ? totp('JBSWY3DPEHPK3PXP', Date.now()) : argument
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
