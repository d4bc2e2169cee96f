import type { Changes } from './changes.js'
import type { Door } from './door.js'
import type { Host } from './host.js'
import type { Journal } from './journal.js'
import type { Survey } from './survey.js'
import type { Terminal } from './terminal.js'

/** What the administrator wants. */
export interface Choices {
  /** How a mailbox's current password is checked: against the panel's hash, or by a login at Dovecot. */
  readonly proof: 'hash' | 'imap'
  /** The driver for Roundcube: ours, or the panel's own. */
  readonly roundcube: 'rekey' | 'hestia'
  /** A web domain of the panel that serves the page, too. */
  readonly host: string | undefined
  /** The sender of notifications; undefined to send none. */
  readonly sender: string | undefined
  /** The name of the permission profile on the panel. */
  readonly profile: string
}

/** What a step may know and use. */
export interface Setup {
  readonly host: Host
  readonly survey: Survey
  readonly choices: Choices
  readonly journal: Journal
  /** Where webmail of this host reaches the page; undefined if it can't. */
  readonly door: Door | undefined
  /** The ID of the panel's key; undefined before it was made. */
  accessKey(): Promise<string | undefined>
  /** The path below which the page is served; empty for the root of a host of its own. */
  readonly basePath: string
  readonly tools: Tools
}

/** What the setup works on and with. */
export interface SetupParts {
  readonly host: Host
  readonly terminal: Terminal
  readonly tools: Tools
}

/** What the setup needs of the program that it belongs to. */
export interface Tools {
  /** Writes the commands for another host to standard output, which may lead there. */
  handOver(script: string): void
  /** The text of a file of this package, such as `deploy/hestia/rekey.inc`. */
  ours(path: string): Promise<string>
  /** What the doctor says of these settings, or of the page at a URL. */
  diagnose(environment: Readonly<Record<string, string>>, url?: URL): Promise<Diagnosis>
  wait(durationMs: number): Promise<void>
  /** A secret that nobody can guess, in hex digits. */
  random(): string
}

export interface Diagnosis {
  readonly text: string
  readonly sound: boolean
}

/** Why a step is left out. */
export interface Obstacle {
  readonly reason: string
  /** Whether the administrator doesn't want it: what it did before is undone then. */
  readonly isChoice?: boolean
}

/**
 * One step of the setup.
 *
 * It does all by way of `Changes`, which compares before it changes. So the same code tells what it would do, does it,
 * does only what is missing when it runs again, and is undone without code of its own.
 */
export interface Step {
  /** Its name in the journal; never changes, since journals of older versions have it. */
  readonly name: string
  readonly title: string
  /** Undefined if it can be done. */
  obstacle?(setup: Setup): Promise<Obstacle | undefined> | Obstacle | undefined
  /** Whether `rekey setup --refresh` runs it again, if it was done. */
  isRefreshed?(setup: Setup): boolean
  /** @throws {@link SetupFault} if it can't be done; what it changed is then taken back */
  do(setup: Setup, changes: Changes): Promise<void>
  /** Has programs take the changes, or take them back; checks before that they do. Called only after changes. */
  apply?(host: Host, setup: Setup | undefined): Promise<void>
}
