import { type Door, findDoor } from './door.js'
import type { Host } from './host.js'
import type { Journal } from './journal.js'
import { DEFAULT_PROFILE, keysOf } from './panel-files.js'
import { abridged, type Plan, planSteps, runSteps } from './run-steps.js'
import { SetupFault } from './setup-fault.js'
import type { Choices, Setup, SetupParts, Step } from './step.js'
import { dovecot } from './steps/dovecot.js'
import { fail2ban } from './steps/fail2ban.js'
import { page, pageAddresses } from './steps/page.js'
import { panelKey } from './steps/panel-key.js'
import { refresh } from './steps/refresh.js'
import { service, serviceEnvironment } from './steps/service.js'
import { webmail } from './steps/webmail.js'
import { describeSurvey, findWebDomain, type Survey, surveyHost } from './survey.js'
import type { Terminal } from './terminal.js'
import { BASE_PATH } from './webmail.js'

/** In order. */
export const steps: readonly Step[] = [panelKey, dovecot, service, page, webmail, fail2ban, refresh]

/** The options of the command line. An undefined one keeps the earlier choice. */
export interface Wishes {
  readonly proof?: Choices['proof'] | undefined
  readonly roundcube?: Choices['roundcube'] | undefined
  readonly host?: string | undefined
  readonly profile?: string | undefined
}

/**
 * Sets up the panel's host, step by step.
 *
 * @param isDry whether only to print the changes
 * @returns whether the setup succeeded
 */
export async function setUpNextToPanel(
  wishes: Wishes,
  isDry: boolean,
  journal: Journal,
  parts: SetupParts,
): Promise<boolean> {
  const { host, terminal, tools } = parts
  terminal.say('Checking this host …')
  const survey = await surveyHost(host)
  for (const line of describeSurvey(survey)) terminal.say(`     ${line}`)
  const choices = await choose(wishes, journal, survey, terminal)
  const door = await chooseDoor(host, survey, choices, journal)
  const setup = nextToPanel({ host, survey, choices, journal, door, tools })
  const plans = await planSteps(setup, steps)
  if (isDry) {
    for (const line of plans.flatMap(describePlan)) terminal.say(line)
    terminal.say('Nothing was changed.')
    return true
  }
  for (const plan of plans) for (const line of describePlan(plan).slice(0, 1)) terminal.say(line)
  if (!(await terminal.confirm('Continue?'))) return false
  journal.choices = { ...withoutGaps(choices), ...(door && { door: door.name }) }
  if (!(await runSteps(setup, steps, terminal.say))) return false
  await summarize(setup, terminal)
  return true
}

function nextToPanel(parts: Omit<Setup, 'accessKey' | 'basePath'>): Setup {
  const accessKey = async () => (await keysOf(parts.host, parts.choices.profile))[0]?.id
  return { ...parts, accessKey, basePath: BASE_PATH }
}

async function choose(
  wishes: Wishes,
  { choices: former }: Journal,
  survey: Survey,
  terminal: Terminal,
): Promise<Choices> {
  return {
    proof: wishes.proof ?? (former.proof === 'imap' ? 'imap' : 'hash'),
    roundcube: wishes.roundcube ?? (former.roundcube === 'hestia' ? 'hestia' : 'rekey'),
    host: wishes.host ?? former.host,
    profile: wishes.profile ?? former.profile ?? DEFAULT_PROFILE,
    sender: survey.hasExim ? await chooseSender(former, survey, terminal) : undefined,
  }
}

/** Asks only in the first run: the journal has the answer. */
async function chooseSender(
  { sender: former }: Journal['choices'],
  survey: Survey,
  terminal: Terminal,
): Promise<string | undefined> {
  const answer =
    former ??
    (await terminal.ask(
      'Each mailbox gets a notification after a change. Which mailbox on this host is the sender? ("none" for no notifications)',
      survey.sender ?? 'none',
    ))
  if (answer === 'none') return undefined
  if (!/^[^@\s]+@[^@\s]+$/.test(answer)) throw new SetupFault(`${answer} isn’t a mail address.`)
  return answer
}

/**
 * The host name through which webmail reaches the page: that of `--host`, that of an earlier run, or any other that this host can
 * reach.
 */
async function chooseDoor(
  host: Host,
  survey: Survey,
  choices: Choices,
  { choices: { door: former } }: Journal,
): Promise<Door | undefined> {
  const domain = choices.host === undefined ? undefined : await findWebDomain(host, choices.host)
  const all = [...(domain ? [domain] : []), ...survey.webmailHosts]
  const best = [domain?.name, former]
  const candidates = all.toSorted((one, other) => rank(best, one.name) - rank(best, other.name))
  const door = await findDoor(host, candidates)
  if (!door && former !== undefined) throw new SetupFault(lost(former))
  return door
}

/** The host name of the earlier run. Fails if it can't be reached, because webmail's settings contain it. */
async function formerDoor(
  host: Host,
  survey: Survey,
  choices: Choices,
  { choices: { door: former } }: Journal,
): Promise<Door | undefined> {
  if (former === undefined) return undefined
  const domain = choices.host === former ? await findWebDomain(host, former) : undefined
  const webmailHost = survey.webmailHosts.find(({ name }) => name === former)
  const candidate = domain ?? webmailHost
  const door = candidate && (await findDoor(host, [candidate]))
  if (!door) throw new SetupFault(lost(former))
  return door
}

function lost(name: string): string {
  return `This host can’t reach ${name}, which webmail uses to reach Rekey. Fix that, or run rekey setup --undo. Nothing was changed.`
}

/** The index in the list; names that aren't in it come last. */
function rank(list: readonly (string | undefined)[], name: string): number {
  const place = list.indexOf(name)
  return place === -1 ? list.length : place
}

/** The choices as the journal stores them, in which the value `none` stands for no notifications. */
function withoutGaps({ sender, ...choices }: Choices): Record<string, string> {
  const entries = Object.entries({ ...choices, sender: sender ?? 'none' })
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** One line for the step, and one for each of its changes. */
function describePlan({ step, lines, leftOut, isUnwanted }: Plan): string[] {
  if (isUnwanted) return []
  if (leftOut !== undefined) return [`–  ${step.title}: skipped, because ${leftOut}.`]
  return [
    `•  ${step.title}: ${['no changes', '1 change'][lines.length] ?? `${lines.length} changes`}`,
    ...abridged(lines),
  ]
}

/** Says where the page is and what comes next. The doctor's faults don't fail the setup: each step has checked its own result. */
async function summarize(setup: Setup, { say }: Terminal): Promise<void> {
  const { host, tools, door, choices } = setup
  const addresses = await pageAddresses(setup)
  const inside = await tools.diagnose(await serviceEnvironment(host))
  const first = door && new URL(`https://${door.name}${BASE_PATH}/`)
  const outside = first && (await tools.diagnose({}, first))
  for (const { text, sound } of [inside, outside].filter((diagnosis) => diagnosis !== undefined)) {
    if (!sound) say(`The doctor says:\n${text.trimEnd()}`)
  }
  say('')
  say('People can change their password at:')
  for (const address of addresses.slice(0, 5)) say(`  ${address}`)
  if (addresses.length > 5) say(`  and at /password/ of ${addresses.length - 5} more hosts`)
  if (choices.proof === 'imap') {
    say(
      'Rekey checks passwords by a login to Dovecot, and refuses a wrong one after four seconds. Dovecot now accepts',
    )
    say('any client address that a program on this host sends with a login.')
  }
  say('Log:              journalctl -u rekey')
  say('Problems:         rekey doctor')
  say('New mail domains: added within ten minutes')
  say('Undo the setup:   rekey setup --undo')
}

/** Serves new domains, and restores files that the panel has replaced. Prints nothing if there is nothing to do. */
export async function refreshNextToPanel(
  journal: Journal,
  { host, terminal, tools }: SetupParts,
): Promise<boolean> {
  if (journal.steps.length === 0) return true
  const survey = await surveyHost(host)
  const choices = await choose({}, journal, survey, terminal)
  const door = await formerDoor(host, survey, choices, journal)
  const setup = nextToPanel({ host, survey, choices, journal, door, tools })
  const done = steps.filter(
    (step) =>
      step.isRefreshed?.(setup) && journal.steps.some(({ name, isDone }) => name === step.name && isDone),
  )
  const plans = await planSteps(setup, done)
  const todo = plans.filter(({ lines }) => lines.length > 0).map(({ step }) => step)
  return runSteps(setup, todo, terminal.say)
}
