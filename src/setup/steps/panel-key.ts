import { variables } from '../../config/passwords.js'
import type { PanelUse } from '../../core/panel-port.js'
import { neededCommands } from '../../panel/needed-commands.js'
import { type Changes, demand } from '../changes.js'
import { type Host, readText } from '../host.js'
import { rootsOwn } from '../journal.js'
import { HESTIA, KEY_COMMENT, keysOf, listKeys, parsePanelFile } from '../panel-files.js'
import { parseSettings } from '../settings-file.js'
import { SetupFault } from '../setup-fault.js'
import type { Setup, Step } from '../step.js'
import { SECRET_KEY, SETTINGS } from './service.js'

/**
 * Makes a permission profile with the commands that Rekey needs, adds this host's address to the API's allow list, turns the API on
 * for access keys, and makes a key.
 */
export const panelKey: Step = {
  name: 'panel-key',
  title: 'An access key, with only the permissions that Rekey needs',
  async do(setup, changes) {
    await makeProfile(setup, changes)
    await allowAddress(setup, changes)
    await switchApiOn(setup, changes)
    await makeKey(setup, changes)
  },
}

/** The panel commands that the settings need. The setup itself needs no others. */
export async function commandsFor(host: Host): Promise<readonly string[]> {
  const settings = parseSettings((await readText(host, SETTINGS)) ?? '')
  const proofs = variables.REKEY_PROOFS.safeParse(settings.REKEY_PROOFS || undefined)
  if (!proofs.success) throw new SetupFault(`REKEY_PROOFS in ${SETTINGS} ${proofs.error.issues[0]?.message}`)
  const uses: PanelUse[] = [...proofs.data]
  if (settings.REKEY_PUBLIC_URL) uses.push('recovery')
  if (settings.REKEY_RECOVERY_ASK === 'true') uses.push('help')
  if (settings.REKEY_NOTIFY_OWNER === 'true') uses.push('owner-notices')
  return neededCommands(uses)
}

/**
 * Doesn't change a profile that other keys use. Removing commands would turn their calls into failed logins, and the panel's fail2ban
 * would ban the callers. Adding commands would let those keys do more than their owners meant.
 */
async function makeProfile({ host, choices }: Setup, changes: Changes): Promise<void> {
  const path = `${HESTIA}/data/api/${choices.profile}`
  const text = `ROLE='admin'\nCOMMANDS='${(await commandsFor(host)).join(',')}'\n`
  const current = await host.read(path)
  if (current && current.text.trim() !== text.trim()) {
    const others = (await listKeys(host)).filter(
      ({ profiles, comment }) => profiles.includes(choices.profile) && comment !== KEY_COMMENT,
    )
    if (others.length > 0) {
      const names = others.map(({ id, comment }) => `${id} (${comment})`).join(', ')
      throw new SetupFault(
        `the profile ${choices.profile} has other commands, and other keys use it: ${names}.\n  Choose another name: rekey setup --profile rekey`,
      )
    }
  }
  await changes.folder(`${HESTIA}/data/api`, 0o755)
  // Keeps an equal profile unchanged, even if another program made it.
  const isRight = current?.text.trim() === text.trim()
  await changes.file(path, isRight ? current : rootsOwn(text, 0o644))
}

/** `allow-all` opens the API only if it is the whole list (docs/hestia.md). */
async function allowAddress({ host, survey: { panel } }: Setup, changes: Changes): Promise<void> {
  const address = panel.server.localAddress
  const isOpen = panel.allowed.length === 1 && panel.allowed[0] === 'allow-all'
  if (isOpen || panel.allowed.includes(address)) return
  await changes.act({
    says: `add ${address} to the allow list of the panel’s API`,
    undo: { kind: 'command', undo: [`${HESTIA}/bin/v-delete-sys-api-ip`, address] },
    run: async () => void (await demand(host, [`${HESTIA}/bin/v-add-sys-api-ip`, address])),
  })
}

async function switchApiOn({ host, survey: { panel } }: Setup, changes: Changes): Promise<void> {
  if (panel.isApiOn) return
  await changes.act({
    says: 'turn the panel’s API on for access keys',
    undo: { kind: 'command', undo: [`${HESTIA}/bin/v-change-sys-config-value`, 'API_SYSTEM', '0'] },
    run: async () => void (await demand(host, [`${HESTIA}/bin/v-change-sys-api`, 'enable', 'api'])),
  })
}

/** Drops the output of the command, which has the secret, and reads the secret from the panel's file. */
async function makeKey({ host, survey, choices }: Setup, changes: Changes): Promise<void> {
  const { profile } = choices
  if ((await keysOf(host, profile)).length === 0) {
    await changes.act({
      says: `make an access key for ${survey.panel.administrator}`,
      undo: { kind: 'access-key', profile },
      run: async () => {
        const command = `${HESTIA}/bin/v-add-access-key`
        await demand(host, [command, survey.panel.administrator, profile, KEY_COMMENT, 'json'])
      },
    })
  }
  const [key] = await keysOf(host, profile)
  const file = key && (await readText(host, `${HESTIA}/data/access-keys/${key.id}`))
  const values = parsePanelFile(file ?? '')
  await changes.file(SECRET_KEY, rootsOwn(`${values.get('SECRET_ACCESS_KEY') ?? ''}\n`))
}
