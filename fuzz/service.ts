import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Duplex, duplexPair } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { pino } from 'pino'
import { Dispatcher } from 'undici'
import { loadConfig } from '../src/config/load.js'
import { createHttpServer } from '../src/http/server.js'
import { inTime } from '../src/lib/in-time.js'
import { createApp } from '../src/service/app.js'
import { createMemoryStore } from '../src/store/memory-store.js'
import { createTestClock } from '../test/kit/clock.js'
import { HELP, RECOVERY_KEY, recoveryEnvironment } from '../test/kit/recovery.js'
import { CHANGE } from '../test/panel-simulator/commands/command-names.js'
import { createApi } from '../test/panel-simulator/server/api.js'
import { requestOf } from '../test/panel-simulator/server/panel-request.js'
import { createWorkload } from '../test/panel-simulator/server/workload.js'
import { simulatorCredentials } from '../test/panel-simulator/simulator.js'
import { createPanelState } from '../test/panel-simulator/state/panel-state.js'
import { createRecoveryOfInfo } from './recovery.js'

/** The person's address, as the proxy reports it. */
export const CLIENT_ADDRESS = '203.0.113.9'
const PROXY_ADDRESS = '127.0.0.1'
const ANSWER_MS = 10_000
/** The most turns of the event loop for an answer that needs no other thread. */
const TURNS = 100
const NO_LIMIT = '9999999/1h'

/** The whole service with a simulated panel, all in this process. Connections are pairs of streams. */
export async function createServiceInMemory() {
  const clock = createTestClock()
  const state = await createPanelState({ hashPassword })
  const fresh = state.domains.map(({ mailboxes }) => mailboxes.map(({ hash }) => hash))
  const domain = state.domains.find(({ name }) => name === 'example.org')
  const info = domain?.mailboxes.find(({ account }) => account === 'info')
  const recovery = await createRecoveryOfInfo(info?.hash ?? '')
  // The configuration needs a folder. Nothing is written to it.
  const folder = mkdtempSync(join(tmpdir(), 'rekey-fuzz-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  const api = createApi(state, createWorkload({ profile: undefined, delayMs: 0, clock }))
  /** The passwords that the panel was asked to set, and whether it did. */
  let changes: { readonly password: string | undefined; readonly done: boolean }[] = []
  const errors: string[] = []

  async function reset(): Promise<void> {
    changes = []
    await recovery.reset()
    for (const [index, domain] of state.domains.entries()) {
      for (const [place, mailbox] of domain.mailboxes.entries()) mailbox.hash = fresh[index]?.[place] ?? ''
      domain.loginFile = domain.mailboxes.map(({ account, hash }) => `${account}:${hash}`)
    }
  }

  async function answerCall(body: string) {
    const request = requestOf(new Map(new URLSearchParams(body)))
    const answer = await api.answer(request)
    if (request.command === CHANGE) {
      changes.push({ password: request.args[3], done: answer.headers['Hestia-Exit-Code'] === '0' })
    }
    return answer
  }

  class PanelDispatcher extends Dispatcher {
    override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
      const controller = { abort: () => undefined } as unknown as Dispatcher.DispatchController
      handler.onRequestStart?.(controller, {})
      void answerCall(String(options.body)).then(({ status, headers, body }) => {
        const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
        handler.onResponseStart?.(controller, status, Object.fromEntries(lowerCase))
        handler.onResponseData?.(controller, Buffer.from(body))
        handler.onResponseEnd?.(controller, {})
      })
      return true
    }
  }

  const loaded = loadConfig({
    HESTIA_URL: 'https://panel.example.com:8083',
    HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
    HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
    REKEY_TRUST_PROXY: '1',
    REKEY_WEBMAIL_ADDRESSES: CLIENT_ADDRESS,
    REKEY_REFUSAL_DELAY_MS: '0',
    REKEY_LIMIT_ADDRESS: NO_LIMIT,
    REKEY_LIMIT_NETWORK: NO_LIMIT,
    REKEY_LIMIT_FAILURES: NO_LIMIT,
    REKEY_LIMIT_TARGET: NO_LIMIT,
    REKEY_LIMIT_CEILING: NO_LIMIT,
    ...recoveryEnvironment,
    REKEY_DATA_DIR: folder,
    REKEY_RECOVERY_KEY: RECOVERY_KEY,
    ...HELP,
  })
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'))
  const logger = pino(
    { level: 'error', base: null },
    {
      write(line: string) {
        // There is no mail server.
        if (!line.includes('"event":"notification-dropped"')) errors.push(line)
      },
    },
  )
  const { handler } = createApp({
    config: loaded.config,
    version: '0.0.0',
    dispatcher: new PanelDispatcher(),
    store: createMemoryStore(clock),
    recoveryStore: recovery.store,
    passwordTools: {
      isCommon: () => false,
      estimateStrength: async () => ({ score: 4, warning: undefined, suggestions: [], isCommon: false }),
      warmUp: () => undefined,
      breachDispatcher: new PanelDispatcher(),
    },
    logger,
    checkLog: async () => [],
    clock,
    randomId: randomUUID,
  })
  const server = createHttpServer(handler)

  return {
    clock,
    recovery,

    /**
     * Resets the panel, sends bytes (latin1) over a new connection, and returns the result.
     *
     * @param hangsUp whether the client disconnects once the service has no more immediate work
     */
    async send(bytes: string, hangsUp = false) {
      await reset()
      errors.length = 0
      const [ours, theirs] = duplexPair()
      server.emit('connection', asSocket(theirs))
      const chunks: Buffer[] = []
      ours.on('data', (chunk: Buffer) => void chunks.push(chunk))
      ours.write(Buffer.from(bytes, 'latin1'))
      if (hangsUp) void endAfterTurns(ours)
      const late = (): Error => new Error('no answer, and the connection stays open')
      await inTime(Promise.race([once(ours, 'end'), once(theirs, 'close')]), ANSWER_MS, late)
      const answer = Buffer.concat(chunks).toString('utf8')
      ours.destroy()
      theirs.destroy()
      const isChanged = state.domains.some(({ mailboxes }, index) =>
        mailboxes.some(({ hash }, place) => hash !== fresh[index]?.[place]),
      )
      return { answer, changes, isChanged, errors: [...errors] }
    },
  }
}

/** A fast hash, because a slow one would make every right password look like a slow input. */
async function hashPassword(password: string): Promise<string> {
  return `{SHA512}${createHash('sha512').update(password).digest('base64')}`
}

async function endAfterTurns(stream: Duplex): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await setImmediate()
  stream.end()
}

function asSocket(stream: Duplex): Duplex {
  const socket = { remoteAddress: PROXY_ADDRESS, setNoDelay: () => stream, setTimeout: () => stream }
  return Object.assign(stream, socket)
}
