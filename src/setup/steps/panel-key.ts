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
 * What the panel needs to let Rekey in: a permission profile with the commands that Rekey needs, this host's address in the
 * allow list, the API for access keys, and a key.
 */
export const panelKey: Step = {
  name: 'panel-key',
  title: 'A key of the panel, with no more permissions than Rekey needs',
  async do(setup, changes) {
    await makeProfile(setup, changes)
    await allowAddress(setup, changes)
    await switchApiOn(setup, changes)
    await makeKey(setup, changes)
  },
}

/** The panel commands that these settings need. The setup itself asks for no more than the proofs do. */
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
 * Fewer commands would turn calls of other keys with this profile into failed logins, for which the panel's fail2ban bans;
 * more would let those keys do more than their owner meant.
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
        `the profile ${choices.profile} has other commands, and other keys depend on it: ${names}.\n  Choose another name: rekey setup --profile rekey`,
      )
    }
  }
  await changes.folder(`${HESTIA}/data/api`, 0o755)
  // One that somebody else made alike stays as it is.
  const isRight = current?.text.trim() === text.trim()
  await changes.file(path, isRight ? current : rootsOwn(text, 0o644))
}

/** `allow-all` opens the API only if it is the whole list (docs/hestia.md). */
async function allowAddress({ host, survey: { panel } }: Setup, changes: Changes): Promise<void> {
  const address = panel.server.localAddress
  const isOpen = panel.allowed.length === 1 && panel.allowed[0] === 'allow-all'
  if (isOpen || panel.allowed.includes(address)) return
  await changes.act({
    says: `let ${address} use the panel’s API`,
    undo: { kind: 'command', undo: [`${HESTIA}/bin/v-delete-sys-api-ip`, address] },
    run: async () => void (await demand(host, [`${HESTIA}/bin/v-add-sys-api-ip`, address])),
  })
}

async function switchApiOn({ host, survey: { panel } }: Setup, changes: Changes): Promise<void> {
  if (panel.isApiOn) return
  await changes.act({
    says: 'switch the panel’s API on for access keys',
    undo: { kind: 'command', undo: [`${HESTIA}/bin/v-change-sys-config-value`, 'API_SYSTEM', '0'] },
    run: async () => void (await demand(host, [`${HESTIA}/bin/v-change-sys-api`, 'enable', 'api'])),
  })
}

/** The command prints the secret: its output is dropped, and the secret taken from the panel's file. */
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
