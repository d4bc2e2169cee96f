import { expect, it } from 'vitest'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import { Secret } from '../../src/lib/secret.js'
import { createAddressRecords } from '../../src/recovery/address-records.js'
import { createRecordSeal } from '../../src/recovery/sealed-records.js'
import { rotateRecoveryKey } from '../../src/service/rotate-recovery-key.js'
import { openFolderStore } from '../../src/store/folder-store.js'
import { addressService, RECOVERY_KEY } from '../kit/recovery.js'
import { configOf, dataFolder } from '../kit/service.js'

const NEW_KEY = 'a new recovery key of 32 bytes or more, later'
const info = parseMailbox('info@example.org') as Mailbox

const least = {
  HESTIA_URL: 'https://panel.example.com:8083',
  HESTIA_ACCESS_KEY: 'A'.repeat(20),
  HESTIA_SECRET_KEY: 'S'.repeat(40),
}

function startFolder() {
  const directory = dataFolder()
  const open = () => openFolderStore(directory, { now: Date.now, report: () => undefined })
  const keys = { REKEY_RECOVERY_KEY: NEW_KEY, REKEY_RECOVERY_KEY_PREVIOUS: RECOVERY_KEY }
  const { environment } = addressService(9, { REKEY_DATA_DIR: directory, ...keys })
  return { open, config: configOf({ ...least, ...environment }) }
}

function recordsIn(store: Awaited<ReturnType<typeof openFolderStore>>, key: string) {
  return createAddressRecords(store, createRecordSeal(new Secret(key)), () => undefined)
}

it('the command encrypts the addresses of a folder with the new key, and says how many', async () => {
  const { open, config } = startFolder()
  const before = await open()
  const named = { id: 'one', address: 'jane@example.net', language: 'de', setMs: 1, binding: 'x' }
  await recordsIn(before, RECOVERY_KEY).save(info, { confirmed: { ...named, confirmedMs: 2 } })
  await before.set('address:damaged', 'x')
  await before.close()
  const { text, result } = await rotateRecoveryKey(config)
  expect(result).toBe('done')
  expect(text).toMatch(
    /^Records encrypted with the new key: 1\n.*: 0\n.*: 1\n.*REKEY_RECOVERY_KEY_PREVIOUS, and start the service\.\n$/s,
  )
  const after = await open()
  expect(await recordsIn(after, NEW_KEY).find(info)).toMatchObject({ confirmed: named })
  await after.close()
})

it('the command says so if the service has the folder still', async () => {
  const { open, config } = startFolder()
  const held = await open()
  const { text, result } = await rotateRecoveryKey(config)
  expect(result).toBe('no-store')
  expect(text).toContain('another process uses the folder')
  await held.close()
})

it('the command says which keys it needs', async () => {
  const config = configOf({ ...least, ...addressService(9, { REKEY_DATA_DIR: dataFolder() }).environment })
  expect(await rotateRecoveryKey(config)).toEqual({
    result: 'no-keys',
    text: expect.stringContaining('REKEY_RECOVERY_KEY_PREVIOUS must be set'),
  })
})
