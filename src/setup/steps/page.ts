import { demand } from '../changes.js'
import { rootsOwn } from '../journal.js'
import { SetupFault } from '../setup-fault.js'
import type { Setup, Step } from '../step.js'
import { findWebDomain, type WebHost } from '../survey.js'
import { BASE_PATH, webmailOf } from '../webmail.js'

const LOCATIONS = '/etc/nginx/conf.d/rekey.inc'
const FORM_LOCATION = '/etc/nginx/conf.d/rekey-forms.inc'
const LIMIT = '/etc/nginx/conf.d/rekey-limit.conf'

/** Patterns that match exactly these files: unlike with plain paths, nginx starts even if the files are missing. */
const INCLUDE = 'include /etc/nginx/conf.d/rekey.in[c];\n'
const INCLUDE_FORM = 'include /etc/nginx/conf.d/rekey-forms.in[c];\n'

/**
 * Serves the page on the webmail hosts. The panel's templates include `nginx.conf_*` and `nginx.ssl.conf_*` from the domain's folder,
 * and rebuilds and upgrades of the panel keep these files.
 */
export const page: Step = {
  name: 'page',
  title: `The page at ${BASE_PATH}/ of every webmail host`,
  isRefreshed: () => true,
  obstacle: ({ survey }) => (survey.web.hasNginx ? undefined : { reason: 'this panel doesn’t use nginx' }),
  async do(setup, changes) {
    const { host, tools, survey, door } = setup
    // Otherwise an old error in nginx's configuration would look like one of this step.
    await demand(host, ['nginx', '-t'])
    const { needsForms } = webmailOf(setup)
    const own = await ownHost(setup)
    await changes.file(LIMIT, rootsOwn(await tools.ours('deploy/nginx-limit.conf'), 0o644))
    await changes.file(LOCATIONS, rootsOwn(await tools.ours('deploy/hestia/rekey.inc'), 0o644))
    if (needsForms) await changes.file(FORM_LOCATION, rootsOwn(await formLocation(setup), 0o644))
    for (const folder of [...survey.mailFolders, ...(own ? [own.folder] : [])]) {
      const hasForms = needsForms && folder === door?.folder
      await changes.file(`${folder}/nginx.conf_rekey`, rootsOwn(INCLUDE, 0o644))
      await changes.file(
        `${folder}/nginx.ssl.conf_rekey`,
        rootsOwn(INCLUDE + (hasForms ? INCLUDE_FORM : ''), 0o644),
      )
    }
  },
  async apply(host, setup) {
    await demand(host, ['nginx', '-t'])
    await demand(host, ['systemctl', 'reload', 'nginx'])
    if (setup) await waitUntilServed(setup)
  },
}

/** The addresses of the pages. */
export async function pageAddresses(setup: Setup): Promise<string[]> {
  const own = await ownHost(setup)
  return [...(own ? [own] : []), ...setup.survey.webmailHosts].map(
    ({ name }) => `https://${name}${BASE_PATH}/`,
  )
}

/** The web domain of `--host`. */
async function ownHost({ host, choices }: Setup): Promise<WebHost | undefined> {
  if (choices.host === undefined) return undefined
  const found = await findWebDomain(host, choices.host)
  if (found) return found
  throw new SetupFault(
    `${choices.host} isn’t a web domain of this panel, or has no certificate yet: add it to the panel, with SSL`,
  )
}

/** Only programs on this host may use the forms: nginx and Rekey accept only this host's own addresses. */
async function formLocation({ host, tools }: Setup): Promise<string> {
  const allowed = host.addresses().map((address) => `  allow ${address};\n`)
  return (await tools.ours('deploy/hestia/rekey-forms.inc')).replace('  # allow\n', () => allowed.join(''))
}

/** Waits for nginx's reload. */
async function waitUntilServed({ host, door, tools }: Setup): Promise<void> {
  if (!door) return
  const url = new URL(`https://${door.name}${BASE_PATH}/healthz`)
  let status: number | undefined
  for (let tries = 0; tries < 20; tries += 1) {
    status = (await host.get({ url, at: door.address }))?.status
    if (status === 200) return
    await tools.clock.wait(250)
  }
  const answer = status === undefined ? 'doesn’t answer' : `answers with status ${status}`
  throw new SetupFault(`${url} ${answer}: see nginx’s error log`)
}
