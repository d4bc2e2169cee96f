import { commandNames } from '../src/panel/command-names.js'
import { commandMs, type MachineName } from '../test/panel-simulator/server/command-costs.js'
import type { Figure } from './figures.js'
import type { Proof } from './people.js'

/** The ways to prove a change, by what the panel has to do for them. */
export const WAYS = ['hash', 'imap', 'account'] as const
export type Way = (typeof WAYS)[number]

export const proofOf: Readonly<Record<Way, Proof>> = { hash: 'mailbox', imap: 'mailbox', account: 'account' }

const OWNER = commandNames['find-owner']
const READ = commandNames['read-mailbox']
const CHECK = commandNames['check-account']
const RECORD = commandNames['read-account']
const CHANGE = commandNames['change-password']

/** The panel commands of a change, for a mailbox without a dot and a domain whose owner is known. */
const CHANGES: Readonly<Record<Way, readonly string[]>> = {
  hash: [READ, CHANGE],
  imap: [CHANGE],
  account: [CHECK, RECORD, CHANGE],
}

/** The panel commands of a proof in November 2026, before attempts had turns. A refused guess needed the same. */
const FORMER_PROOFS: Readonly<Record<Way, readonly string[]>> = {
  hash: [READ, READ],
  imap: [READ],
  account: [CHECK, RECORD, READ],
}

function sumMs(machine: MachineName, commands: readonly string[]): number {
  return commands.reduce((sum, command) => sum + commandMs(machine, 'access-key', command), 0)
}

/** How long (ms) the commands of a change take one after another. */
export function changeMs(machine: MachineName, way: Way): number {
  return sumMs(machine, CHANGES[way])
}

/** The same for a service that has just started, which must look up the domain's owner. */
export function firstChangeMs(machine: MachineName, way: Way): number {
  return changeMs(machine, way) + (way === 'account' ? 0 : sumMs(machine, [OWNER]))
}

/**
 * How long (ms) the panel works if several people change their passwords at once with the same account. Its record is read once.
 */
export function sharedChangesMs(machine: MachineName, way: Way, people: number): number {
  const savedMs = way === 'account' ? (people - 1) * sumMs(machine, [RECORD]) : 0
  return people * changeMs(machine, way) - savedMs
}

/**
 * Compares the panel's time for a change or a refused guess with the former one, on a small machine. Domain owners were cached
 * for five minutes then. Proof by account doesn't need them.
 *
 * @param workMs the panel's time now
 */
export function comparedToFormer(what: 'change' | 'refused guess', way: Way, workMs: number): Figure[] {
  const endMs = what === 'change' ? sumMs('small', [CHANGE]) : 0
  const knownMs = sumMs('small', FORMER_PROOFS[way]) + endMs
  const name = `panel time per ${what}, ${way}, to the former`
  const goal = { atMost: what === 'change' ? 0.67 : 0.4 }
  const known = { value: workMs / knownMs, unit: '×', goal }
  if (way === 'account') return [{ what: name, ...known }]
  const askedMs = knownMs + sumMs('small', [OWNER])
  return [
    {
      what: `${name}, five minutes after the last one in the domain`,
      value: workMs / askedMs,
      unit: '×',
      goal,
    },
    { what: `${name}, within five minutes`, ...known },
  ]
}
