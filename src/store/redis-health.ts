import type { Redis } from 'ioredis'
import { StoreUnavailable } from '../core/outage.js'
import type { ReadinessFault } from '../core/readiness.js'
import type { Clock } from '../lib/clock.js'
import { reasonOf } from './redis-client.js'

/** Redis never replies like this to the command, so it isn't Redis. */
export class UnexpectedReply extends Error {
  override readonly name = 'UnexpectedReply'
  readonly code = 'unexpected-reply'
}

/** Returns Redis's reply. Rejects with a `StoreUnavailable` if the command failed. */
export type InStore = <Reply>(reply: Promise<Reply>) => Promise<Reply>

/**
 * The state of the store. `store-ready`: usable. `store-lost`: not usable. `store-is-cluster`: a cluster, where a script can't
 * use two keys. `store-evicts`: may drop counts and locks to make room. `store-unchecked`: usable, but doesn't say whether it
 * evicts.
 */
export type StoreEvent =
  | 'store-ready'
  | 'store-lost'
  | 'store-is-cluster'
  | 'store-evicts'
  | 'store-unchecked'

export interface StoreState {
  readonly event: StoreEvent
  /** A word such as `ECONNREFUSED`, `READONLY` or `allkeys-lru`. */
  readonly reason?: string | undefined
}

/** Called when the state changes. */
export type ReportStore = (state: StoreState) => void

/** Watches whether Redis can be used. */
export interface RedisHealth {
  readonly inStore: InStore
  faults(): readonly ReadinessFault[]
  /**
   * Starts watching; resolves when the first state is known. Call it once.
   *
   * @param write makes the same write as an attempt; rejects with a `StoreUnavailable`
   */
  watch(write: () => Promise<unknown>): Promise<void>
  /** Call it before closing the connection on purpose. */
  stop(): void
}

/** How often (ms) to check: a demoted primary doesn't report it. */
const CHECK_MS = 2000

const CLUSTER_REPLIES = new Set(['CROSSSLOT', 'MOVED', 'ASK', 'CLUSTERDOWN'])

/** In a cluster they are in different slots. */
const TWO_KEYS = ['rekey:store-check:1', 'rekey:store-check:2'] as const

export function createRedisHealth(client: Redis, clock: Clock, report: ReportStore): RedisHealth {
  let state: StoreState = { event: 'store-lost', reason: 'connecting' }
  let isStopped = false
  let tellFirst = (): void => undefined
  const first = new Promise<void>((resolve) => {
    tellFirst = resolve
  })
  let isTold = false

  function become(next: StoreState): void {
    const isNews = !isTold || next.event !== state.event
    state = next
    isTold = true
    if (isNews) report(state)
    tellFirst()
  }

  function lose(error: Error): void {
    if (isStopped) return
    const known = state.event === 'store-lost' ? state.reason : undefined
    const reason = reasonOf(error) ?? known ?? 'closed'
    become(
      CLUSTER_REPLIES.has(reason) ? { event: 'store-is-cluster', reason } : { event: 'store-lost', reason },
    )
  }

  const inStore: InStore = (reply) =>
    reply.catch((error: Error) => {
      lose(error)
      throw new StoreUnavailable(reasonOf(error) ?? state.reason ?? 'closed')
    })

  async function readPolicy(): Promise<StoreState> {
    let memory: string
    try {
      memory = await client.info('memory')
    } catch (error) {
      return { event: 'store-unchecked', reason: reasonOf(error as Error) }
    }
    const policy = /^maxmemory_policy:([a-z-]+)/m.exec(memory)?.[1]
    if (policy === undefined) return { event: 'store-unchecked', reason: 'not-told' }
    return policy === 'noeviction' ? { event: 'store-ready' } : { event: 'store-evicts', reason: policy }
  }

  async function check(write: () => Promise<unknown>): Promise<void> {
    if (client.status !== 'ready') return
    try {
      const [found] = await Promise.all([
        readPolicy(),
        inStore(client.eval('return 1', TWO_KEYS.length, ...TWO_KEYS)),
        write(),
      ])
      become(found)
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      // Another server may have its name by now.
      if (error.reason === 'timed-out') client.disconnect(true)
    }
  }

  return {
    inStore,
    faults() {
      const { event: code, reason } = state
      if (code === 'store-ready' || code === 'store-unchecked') return []
      return [{ code: code === 'store-lost' ? 'store-unavailable' : code, ...(reason && { reason }) }]
    },
    async watch(write) {
      client.on('error', lose)
      client.on('close', () => lose(new Error('closed')))
      client.on('ready', () => void check(write))
      void (async () => {
        while (!isStopped) {
          await clock.waitInBackground(CHECK_MS)
          await check(write)
        }
      })()
      await first
    },
    stop() {
      isStopped = true
    },
  }
}
