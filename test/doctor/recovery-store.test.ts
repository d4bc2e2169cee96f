import { chmodSync, readdirSync, rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findRecoveryStore } from '../../src/doctor/recovery-store.js'
import { systemClock } from '../../src/lib/clock.js'
import { diagnose, startScopedPanel } from '../kit/doctor.js'
import { startRedisReplies } from '../kit/redis-replies.js'
import { scratchFolder } from '../kit/service.js'

const POLICY = bulk('maxmemory_policy:noeviction\r\n')

function bulk(text: string): string {
  return `$${text.length}\r\n${text}`
}

interface Answers {
  readonly persistence?: string
  readonly save?: string
  readonly set?: string
  /** What is read back instead of what was written. */
  readonly get?: string
}

/** Runs the doctor with a Redis that stores values, except for these replies. Also returns what it stores. */
async function diagnoseRedis({ persistence = '1', save = '', set = '+OK', get }: Answers) {
  const kept = new Map<string, string>()
  const { port } = await startRedisReplies((command, key = '', value = '') => {
    switch (command) {
      case 'hello':
        return '-NOPROTO unsupported protocol version'
      case 'info':
        return key === 'memory' ? POLICY : bulk(`aof_enabled:${persistence}\r\n`)
      case 'config':
        return `*2\r\n${bulk('save')}\r\n${bulk(save)}`
      case 'eval':
        return key.includes('return 1') ? ':1' : '*3\r\n:1\r\n$1\r\nw\r\n:60000'
      case 'set':
        kept.set(key, value)
        return set
      case 'get':
        return bulk(get ?? kept.get(key) ?? '')
      case 'del':
        return kept.delete(key) ? ':1' : ':0'
      default:
        return '+OK'
    }
  })
  const panel = await startScopedPanel()
  const { gist, findings } = await diagnose(panel, {
    REKEY_REDIS_URL: `redis://127.0.0.1:${port}`,
    REKEY_LINK_KEY: 'k'.repeat(32),
    REKEY_RECOVERY_STORE: 'redis',
  })
  const { status } = findings.find(({ check }) => check === 'recovery-store') ?? {}
  return { store: gist.store, code: gist['recovery-store'], status, kept }
}

it.each([
  [{}, 'ok', 'ok'],
  [{ persistence: '0', save: '3600 1' }, 'recovery-store-snapshots', 'warning'],
  [{ persistence: '0' }, 'recovery-store-not-saved', 'fault'],
  [{ persistence: 'x' }, 'recovery-store-unchecked', 'warning'],
  [{ get: 'canary' }, 'recovery-store-unavailable', 'fault'],
])(
  'about a recovery store in Redis, the doctor that finds %j says whether it outlasts a restart',
  async (answers, code, status) => {
    const found = await diagnoseRedis(answers)
    expect(found).toMatchObject({ store: 'ok', code, status })
    expect([...found.kept.keys()]).toEqual([])
  },
)

it('about a recovery store in Redis, the doctor names the refused command, and first what the shared store lacks', async () => {
  const refused = await diagnoseRedis({ set: '-NOPERM no' })
  expect(refused).toMatchObject({ store: 'ok', code: 'recovery-store-unavailable', status: 'fault' })
  const panel = await startScopedPanel()
  const { gist } = await diagnose(panel, {
    REKEY_REDIS_URL: 'redis://127.0.0.1:1',
    REKEY_LINK_KEY: 'k'.repeat(32),
    REKEY_RECOVERY_STORE: 'redis',
  })
  expect(gist).toMatchObject({ store: 'store-unavailable', 'recovery-store': 'not-checked' })
})

it('about a recovery store in a folder, the doctor says whether it keeps what is written, and leaves nothing there', async () => {
  const directory = scratchFolder({})
  chmodSync(directory, 0o700)
  const panel = await startScopedPanel()
  const environment = { REKEY_RECOVERY_STORE: 'folder', REKEY_DATA_DIR: directory }
  const { gist } = await diagnose(panel, environment)
  expect(gist['recovery-store']).toBe('ok')
  expect(readdirSync(directory)).toEqual([])
  rmSync(directory, { recursive: true })
  const recoveryStore = { kind: 'folder' as const, directory }
  expect(await findRecoveryStore({ recoveryStore, redis: undefined, clock: systemClock })).toMatchObject({
    status: 'fault',
    code: 'recovery-store-unavailable',
    found: expect.stringContaining('(ENOENT)'),
  })
})

it('about a recovery store that is not configured, the doctor says that nothing needs one', async () => {
  const { gist, text } = await diagnose(await startScopedPanel())
  expect(gist['recovery-store']).toBe('ok')
  expect(text('recovery-store')).toContain('not in use')
})
