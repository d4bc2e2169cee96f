import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createStandardOutput, type StandardOutput } from '../../src/log/standard-output.js'
import { scratchFile } from '../kit/service.js'

const BYTES = Buffer.from('a line\n')

/** Standard output as Node has it for a file. */
function fileOutput(path: string) {
  const fd = openSync(path, 'a')
  onTestFinished(() => closeSync(fd))
  return createStandardOutput({ fd } as StandardOutput)
}

it('standard output that is a file has what was written', async () => {
  const path = scratchFile('')
  const write = fileOutput(path)
  expect(await write(BYTES)).toBe(BYTES.length)
  expect(readFileSync(path)).toEqual(BYTES)
})

it('standard output on a full disk fails, and throws nothing', async () => {
  await expect(fileOutput('/dev/full')(BYTES)).rejects.toMatchObject({ code: 'ENOSPC' })
})

it('standard output without a reader fails, and ends no process', async () => {
  const path = `${scratchFile('')}.fifo`
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const stdout = new Socket({ fd: openSync(path, 'w'), readable: false })
  onTestFinished(() => void stdout.destroy())
  const write = createStandardOutput(stdout as Socket as unknown as StandardOutput)
  expect(await write(BYTES)).toBe(BYTES.length)
  closeSync(reader)
  await expect(write(BYTES)).rejects.toMatchObject({ code: 'EPIPE' })
})
