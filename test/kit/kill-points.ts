import { setImmediate } from 'node:timers/promises'
import { vi } from 'vitest'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import type { Fault } from '../panel-simulator/simulator.js'
import {
  byMailServer,
  type KillEnvironment,
  type KillScene,
  MAILBOX,
  OTHER_PASSWORD,
  withAddress,
} from './kill-scene.js'
import { byAccount, byMailbox } from './submissions.js'

/** A point where a change waits. */
export interface KillPoint {
  /** When the process is killed. */
  readonly when: string
  /** The stores to test this point with. */
  readonly store: 'memory' | 'redis' | 'both'
  readonly environment?: KillEnvironment
  /** Brings a change to this point. If the panel got something, returns what the panel does after the kill. */
  bring(scene: KillScene): Promise<(() => unknown) | undefined>
  /** The awaits that never return then: file, function and what is awaited. */
  readonly pending: readonly string[]
}

const VALUE = 'v-get-mail-account-value'
const OWNER = 'v-search-domain-owner'
const LOCK = 'rekey:lock:example.org'

const other = { newPassword: OTHER_PASSWORD }
const wrong = byMailbox({ currentPassword: 'a wrong password' })
const ofNobody = byMailbox({ email: 'x@nobody.example' })
const byDave = byAccount({ username: 'dave', password: 'dave panel pw', code: '123456' })
const bobs = byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' })

/** All awaits for one command of a proof. */
function proofPoint(command: string, body: object): KillPoint {
  return {
    when: `while ${command} is answered for a proof`,
    store: 'memory',
    bring: (scene) => scene.askUntil(command, body),
    pending: [
      'change-password changePassword proveAtPanel',
      'prove proveAtPanel work',
      'change-password proveAndChange prove',
      'prove prove verify',
    ],
  }
}

/** The first check of the outcome, after a lost or unclear response. */
function lookPoint(when: string, fault: Fault, pending: readonly string[]): KillPoint {
  return {
    when,
    store: 'memory',
    async bring(scene) {
      scene.panel.failNext(CHANGE, fault)
      return await scene.askUntil(VALUE)
    },
    pending,
  }
}

/** Queues two changes of a mailbox for the domain lock. The first is sent and held; returns its release. */
async function queueTwo(scene: KillScene, second: object): Promise<() => void> {
  const release = await scene.askUntil(CHANGE, byMailbox())
  void scene.ask(second)
  await scene.answered(VALUE, 2)
  return release
}

/** Every point where a change can wait, in order. */
export const killPoints: readonly KillPoint[] = [
  {
    when: 'while a server of breached passwords is asked',
    store: 'memory',
    async bring({ ranges, ask }) {
      const asked = ranges.requests.length
      ranges.fault = 'hang'
      void ask()
      await vi.waitUntil(() => ranges.requests.length > asked)
      return undefined
    },
    pending: [
      'pipeline track work',
      'pipeline carryOut decide',
      'pipeline decide action.carryOut',
      'change-password changePassword dependencies.checkPolicy',
    ],
  },
  {
    when: 'while the store is asked whose the domain is',
    store: 'redis',
    async bring({ relay, ask }) {
      const asked = relay?.silenceAt('rekey:owner:', 1)
      void ask(byMailbox())
      await asked
      return undefined
    },
    pending: ['prove proveAtPanel owners.knows'],
  },
  proofPoint(OWNER, byMailbox()),
  proofPoint(`${VALUE} md5`, byMailbox()),
  proofPoint(
    `${VALUE} account`,
    byMailbox({ email: 'solo.name@example.org', currentPassword: 'solo mail pw' }),
  ),
  proofPoint('v-check-user-password', byAccount()),
  proofPoint('v-list-user', byAccount()),
  proofPoint('v-check-user-2fa', { ...byDave, email: 'dave@dave.example' }),
  {
    when: 'while a refusal waits for its turn',
    store: 'memory',
    environment: () => ({ HESTIA_MAX_CONCURRENCY: '1' }),
    async bring({ ask, askUntil, untilItWaits }) {
      await ask(ofNobody)
      const release = await askUntil('v-check-user-password', bobs)
      void ask(ofNobody)
      await untilItWaits()
      return release
    },
    pending: ['prove prove waitAsIfChecked', 'prove waitAsIfChecked panel.takeTurn'],
  },
  {
    when: 'while a refusal waits for as long as checks take',
    store: 'memory',
    async bring({ panel, ask, answered }) {
      panel.delayMs = 500
      await ask(wrong)
      panel.delayMs = 0
      void ask(ofNobody)
      await answered(OWNER, 3)
      return undefined
    },
    pending: ['prove waitAsIfChecked clock.wait'],
  },
  {
    when: 'while a change waits for another one in its domain',
    store: 'both',
    async bring(scene) {
      const release = await queueTwo(scene, byMailbox(other))
      return () => scene.run(release)
    },
    pending: [
      'change-password proveAndChange locks.run',
      'memory-domain-locks run queue.enter',
      'redis-domain-locks run queue.enter',
    ],
  },
  {
    when: 'while a change waits since the process before was killed too',
    store: 'memory',
    async bring(scene) {
      const release = await scene.askUntil(CHANGE)
      await scene.killAndRestart(() => scene.run(release))
      void scene.ask(byAccount({}, other))
      await scene.answered('v-list-user', 3)
      return undefined
    },
    pending: ['memory-domain-locks run waitUntilOpen', 'memory-domain-locks waitUntilOpen clock.wait'],
  },
  {
    when: 'while a change waits since the store was not there before',
    store: 'redis',
    async bring(scene) {
      await scene.killAndRestart()
      void scene.ask()
      await scene.answered('v-list-user', 2)
      return undefined
    },
    pending: ['redis-domain-locks acquire settle', 'redis-domain-locks acquire clock.wait'],
  },
  {
    when: 'while the store is asked for the lock',
    store: 'redis',
    async bring({ relay, ask }) {
      const asked = relay?.silenceAt(LOCK, 1)
      void ask()
      await asked
      return undefined
    },
    pending: [
      'redis-domain-locks run acquire',
      'redis-domain-locks acquire tryToAcquire',
      'redis-domain-locks tryToAcquire lease.acquire',
    ],
  },
  {
    when: 'while a password that may have been changed meanwhile is checked again',
    store: 'both',
    async bring(scene) {
      const release = await queueTwo(scene, byMailbox(other))
      const again = scene.panel.hold(VALUE)
      release()
      await again.arrived
      return again.release
    },
    pending: [
      'change-password proveAndChange reverify',
      'change-password reverify verify',
      'memory-domain-locks run work',
      'redis-domain-locks run hold',
      'redis-domain-locks hold work',
    ],
  },
  {
    when: 'while it is seen whether the same form came twice',
    store: 'memory',
    async bring(scene) {
      const release = await queueTwo(scene, byMailbox())
      const again = scene.panel.hold(VALUE)
      const look = scene.panel.hold(VALUE)
      release()
      await again.arrived
      again.release()
      await look.arrived
      return look.release
    },
    pending: ['change-password reverify isInForce', 'confirm-change isInForce checkOnce'],
  },
  {
    when: 'while the mail server may still take the former password',
    store: 'memory',
    environment: byMailServer,
    async bring(scene) {
      const hold = scene.panel.hold(CHANGE)
      const first = scene.ask(byMailbox())
      await hold.arrived
      void scene.ask(byMailbox(other))
      await vi.waitUntil(() => scene.mailServer.logins.length === 2)
      await scene.untilItWaits()
      hold.release()
      await first
      await scene.untilItWaits()
      return undefined
    },
    pending: ['change-password reverify clock.wait'],
  },
  {
    when: 'while it is seen whether the recovery address is in force before the change',
    store: 'memory',
    environment: withAddress,
    bring: (scene) => scene.askUntil(`${VALUE} md5`, byMailbox(), 2),
    pending: ['change-password sendChange keepAddress?.'],
  },
  {
    when: 'while the recovery address is renewed after the change',
    store: 'memory',
    environment: withAddress,
    bring: (scene) => scene.askUntil(`${VALUE} md5`, byMailbox(), 3),
    pending: ['change-password sendChange address.renew'],
  },
  {
    when: 'while the store is asked whether the lock is still held',
    store: 'redis',
    async bring({ relay, ask }) {
      const asked = relay?.silenceAt(LOCK, 2)
      void ask()
      await asked
      return undefined
    },
    pending: ['change-password sendChange lock.confirm', 'redis-domain-locks confirm lease.renew'],
  },
  {
    when: 'when the change has arrived, and before it runs',
    store: 'both',
    async bring(scene) {
      const release = await scene.askUntil(CHANGE)
      return () => scene.run(release)
    },
    pending: [
      'change-password proveAndChange sendChange',
      'change-password sendChange makeChange',
      'send-change makeChange panel.changeMailboxPassword',
    ],
  },
  {
    when: 'while the change runs',
    store: 'both',
    async bring(scene) {
      await scene.run(await scene.askUntil(CHANGE))
      return undefined
    },
    pending: [],
  },
  {
    when: 'when the change has run, and before it is answered',
    store: 'both',
    async bring({ panel, ask }) {
      const run = new Promise<void>((begun) => panel.failNext(CHANGE, { kind: 'silence', run: true, begun }))
      void ask()
      await run
      return undefined
    },
    pending: [],
  },
  {
    when: 'when the change was answered, and before that is read',
    store: 'both',
    async bring(scene) {
      const release = await scene.askUntil(CHANGE)
      scene.service.child.kill('SIGSTOP')
      const [before] = scene.panel.changeRuns.slice(-1)
      release()
      await vi.waitUntil(() => scene.panel.changeRuns.at(-1) !== before)
      await vi.waitUntil(() =>
        scene.panel.changeRuns.every(({ endedMs }) => endedMs < Number.POSITIVE_INFINITY),
      )
      for (let turn = 0; turn < 10; turn++) await setImmediate()
      return undefined
    },
    pending: [],
  },
  {
    when: 'while a process that was told to stop waits for the change',
    store: 'memory',
    async bring(scene) {
      const release = await scene.askUntil(CHANGE)
      scene.service.child.kill('SIGTERM')
      await scene.service.logged('stopping')
      return () => scene.run(release)
    },
    pending: ['pipeline drain Promise.allSettled'],
  },
  {
    when: 'while the store forgets an owner without the mailbox',
    store: 'redis',
    async bring({ panel, relay, ask }) {
      // The store is asked for the owner twice, and told once.
      const asked = relay?.silenceAt('rekey:owner:', 4)
      panel.failNext(CHANGE, { kind: 'exit', run: false, code: 3 })
      void ask(byMailbox())
      await asked
      return undefined
    },
    pending: [
      'change-password sendChange verifyElsewhere',
      'change-password verifyElsewhere dependencies.owners.forget',
    ],
  },
  {
    when: 'while the owner is looked for anew, since the panel had no such mailbox',
    store: 'memory',
    async bring(scene) {
      scene.panel.failNext(CHANGE, { kind: 'exit', run: false, code: 3 })
      return await scene.askUntil(OWNER, byMailbox(), 2)
    },
    pending: ['change-password verifyElsewhere verify'],
  },
  {
    when: 'while the domain’s next form is tried, since the panel had no such mailbox',
    store: 'memory',
    bring: (scene) => scene.askUntil(VALUE, byAccount({}, { email: 'x.y@bücher.example' }), 2),
    pending: ['change-password verifyElsewhere verifyNextForm'],
  },
  {
    when: 'when the change has arrived under the domain’s next form',
    store: 'memory',
    async bring(scene) {
      scene.panel.moveDomain('bücher.example', { name: 'xn--bcher-kva.example' })
      const release = await scene.askUntil(CHANGE, byAccount({}, { email: 'kontakt@bücher.example' }), 2)
      return () => scene.run(release)
    },
    pending: ['change-password sendChange sendChange'],
  },
  {
    when: 'while it is seen why the panel takes no such name',
    store: 'memory',
    async bring(scene) {
      scene.panel.failNext(CHANGE, { kind: 'exit', run: false, code: 2 })
      return await scene.askUntil(VALUE)
    },
    pending: ['send-change makeChange panel.hasMailbox'],
  },
  lookPoint('while it is seen what came of a change that failed', { kind: 'exit', run: true, code: 12 }, [
    'send-change makeChange confirmOutcome',
    'confirm-change confirmOutcome checkOnce',
    'confirm-change checkOnce ask',
    'confirm-change ask checkPassword.check',
  ]),
  lookPoint(
    'while it is seen what came of a change that was made, and its answer lost',
    { kind: 'reset', when: 'after-run' },
    ['send-change makeChange confirmOutcome (2)'],
  ),
  {
    when: 'between two looks at what came of a change whose answer was lost',
    store: 'both',
    async bring(scene) {
      scene.panel.failNext(CHANGE, { kind: 'reset', when: 'before-run' })
      const release = await scene.askUntil(VALUE)
      release()
      await scene.untilItWaits()
      return undefined
    },
    pending: ['confirm-change confirmOutcome clock.wait'],
  },
  {
    when: 'while it is seen whether the old password still works, since the new one doesn’t',
    store: 'memory',
    environment: byMailServer,
    async bring({ panel, mailServer, ask }) {
      panel.failNext(CHANGE, { kind: 'exit', run: false, code: 12 })
      void ask(byMailbox())
      // One login with the old password and two with the new one.
      const logins = () => mailServer.logins.filter(({ address }) => address === MAILBOX).length
      await vi.waitUntil(() => logins() >= 3, { interval: 1, timeout: 5000 })
      mailServer.faults.set('credentials', 'hang')
      await vi.waitUntil(() => mailServer.silences > 0, { timeout: 5000 })
      return undefined
    },
    pending: ['confirm-change confirmOutcome confirmOld', 'confirm-change confirmOld ask'],
  },
  {
    when: 'while the store is told that the lock has ended',
    store: 'redis',
    async bring({ relay, ask }) {
      const told = relay?.silenceAt(LOCK, 3)
      void ask()
      await told
      return undefined
    },
    pending: ['redis-domain-locks hold lease.release'],
  },
  {
    when: 'while the store gives the submission back to its address',
    store: 'redis',
    async bring({ relay, ask }) {
      const told = relay?.silenceAt('rekey:rate-limit:address:', 2)
      void ask()
      await told
      return undefined
    },
    pending: ['pipeline carryOut parts.settleAddress'],
  },
  {
    when: 'while a refusal of credentials waits until it may leave',
    store: 'memory',
    environment: () => ({ REKEY_REFUSAL_DELAY_MS: '10000' }),
    async bring({ ask, answered }) {
      void ask(wrong)
      await answered(VALUE, 1)
      return undefined
    },
    pending: ['pipeline decide delayRefusal'],
  },
  {
    when: 'while the refusal of a limit on guesses is held back',
    store: 'memory',
    environment: () => ({ REKEY_REFUSAL_DELAY_MS: '10000', REKEY_LIMIT_FAILURES: '1/1h' }),
    async bring({ ask, answered, untilItWaits }) {
      void ask(wrong)
      await answered(VALUE, 1)
      void ask(wrong)
      await untilItWaits()
      return undefined
    },
    pending: ['pipeline carryOut finish', 'pipeline finish parts.held.hold'],
  },
  {
    when: 'while the refusal of the limit of an address is held back',
    store: 'memory',
    environment: () => ({ REKEY_REFUSAL_DELAY_MS: '10000', REKEY_LIMIT_ADDRESS: '1/1h' }),
    async bring({ ask, answered, untilItWaits }) {
      void ask(wrong)
      await answered(VALUE, 1)
      void ask(wrong)
      await untilItWaits()
      return undefined
    },
    pending: ['pipeline onError finish'],
  },
  {
    when: 'while the message to the mailbox is sent',
    store: 'memory',
    async bring({ smtp, ask }) {
      const sent = smtp.commands.filter((name) => name === 'DATA').length
      smtp.hold()
      await ask()
      await vi.waitUntil(() => smtp.commands.filter((name) => name === 'DATA').length > sent)
      return undefined
    },
    pending: [],
  },
  {
    when: 'while the mail server is asked whether it takes the new password',
    store: 'memory',
    environment: byMailServer,
    async bring({ mailServer, ask }) {
      await vi.waitUntil(() => mailServer.logins.length === 1, { timeout: 5000 })
      mailServer.faults.set('credentials', 'hang')
      await ask()
      await vi.waitUntil(() => mailServer.silences > 0, { timeout: 5000 })
      return undefined
    },
    pending: [],
  },
]
