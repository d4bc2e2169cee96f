import { writeSync } from 'node:fs'
import { openFolderStore } from '../../../src/store/folder-store.js'
import { steppedFs } from '../../kit/stepped-fs.js'
import { KEPT, WRITES } from '../kept-values.js'

// Stores values in a folder, and kills itself before one step of the file system, or in the middle of it if possible. Prints a
// line for each step and for each acknowledged write.
const [directory = '', killAt = '', half = ''] = process.argv.slice(2)

let steps = 0
const fs = steppedFs(async ({ name, addHalf }) => {
  steps += 1
  writeSync(1, `step ${name}\n`)
  if (steps !== Number(killAt)) return
  if (half) await addHalf()
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => undefined)
})

const store = await openFolderStore(directory, { now: () => 0, report: () => undefined, fs })
for (const [key, value] of WRITES) {
  await (value === undefined ? store.delete(key) : store.set(key, value))
  writeSync(1, `${KEPT}\n`)
}
await store.close()
