import type { Clock } from '../lib/clock.js'
import type { Changes } from './changes.js'
import type { Door } from './door.js'
import type { Host } from './host.js'
import type { Journal } from './journal.js'
import type { Survey } from './survey.js'
import type { Terminal } from './terminal.js'

/** The administrator's choices. */
export interface Choices {
  /** How Rekey checks a mailbox's current password: with the panel's hash, or by a login to Dovecot. */
  readonly proof: 'hash' | 'imap'
  /** The driver for Roundcube: ours, or the panel's own. */
  readonly roundcube: 'rekey' | 'hestia'
  /** A web domain of the panel that also serves the page. */
  readonly host: string | undefined
  /** The sender of notifications; undefined for no notifications. */
  readonly sender: string | undefined
  /** The name of the permission profile on the panel. */
  readonly profile: string
}

/** What a step can use. */
export interface Setup {
  readonly host: Host
  readonly survey: Survey
  readonly choices: Choices
  readonly journal: Journal
  /** Where webmail on this host reaches the page; undefined if it can't. */
  readonly door: Door | undefined
  /** The ID of the access key; undefined before it is made. */
  accessKey(): Promise<string | undefined>
  /** The path of the page; empty for the root. */
  readonly basePath: string
  readonly tools: Tools
}

/** The dependencies of the setup. */
export interface SetupParts {
  readonly host: Host
  readonly terminal: Terminal
  readonly tools: Tools
}

/** What the setup needs from the program. */
export interface Tools {
  /** Writes the commands for the panel's host to standard output, which may be piped to that host. */
  handOver(script: string): void
  /** The text of a file of this package, such as `deploy/hestia/rekey.inc`. */
  ours(path: string): Promise<string>
  /** Runs the doctor with these settings, or for the page at a URL. */
  diagnose(environment: Readonly<Record<string, string>>, url?: URL): Promise<Diagnosis>
  readonly clock: Pick<Clock, 'now' | 'wait'>
  /** A random secret in hex digits. */
  random(): string
}

export interface Diagnosis {
  readonly text: string
  readonly sound: boolean
}

/** Why a step is skipped. */
export interface Obstacle {
  readonly reason: string
  /** Whether the administrator doesn't want the step. Then its earlier changes are undone. */
  readonly isChoice?: boolean
}

/**
 * One step of the setup.
 *
 * It makes all changes through `Changes`, which compares before it changes. So the same code serves for the plan, the first run and
 * later runs, and the undo needs no code in the step.
 */
export interface Step {
  /** The name in the journal. It must never change, because journals of older versions contain it. */
  readonly name: string
  readonly title: string
  /** Undefined if it can be done. */
  obstacle?(setup: Setup): Promise<Obstacle | undefined> | Obstacle | undefined
  /** Whether `rekey setup --refresh` runs it again, if it was done. */
  isRefreshed?(setup: Setup): boolean
  /** @throws {@link SetupFault} if it can't be done; its changes are then reverted */
  do(setup: Setup, changes: Changes): Promise<void>
  /** Makes programs load the changes, or their reversal, and checks first that they will. Called only after changes. */
  apply?(host: Host, setup: Setup | undefined): Promise<void>
}
