import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readFileSync, readSync, truncateSync, writeSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { parseMetrics } from '../kit/metrics.js'
import { MAIN, startPanel } from '../kit/process.js'
import { scratchFile, simulatorEnvironment } from '../kit/service.js'
import { byMailbox, CHANGES } from '../kit/submissions.js'

type LogLine = Readonly<Record<string, unknown>>

const WRONG = byMailbox({ currentPassword: 'a wrong password' })
const TIMEOUT = { timeout: 10_000, interval: 10 }

/** The lines of a text, which must all be complete. */
function parse(text: string): LogLine[] {
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine)
}

/** The service with its log where a test can read it. Returns what is new in it. */
async function start(
  stdout: number | 'ignore',
  readNew: () => string,
  command: readonly [string, ...string[]] = [process.execPath, MAIN],
) {
  const panel = await startPanel()
  const [program, ...args] = command
  const child = spawn(program, args, {
    env: { ...simulatorEnvironment(panel), REKEY_PORT: '0', REKEY_METRICS_ADDRESS: '127.0.0.1:0' },
    stdio: ['ignore', stdout, 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  await vi.waitUntil(() => {
    text += readNew()
    return text.includes('"event":"ready"')
  }, TIMEOUT)
  const lines = parse(text)
  const portOf = (event: string) => lines.find((line) => line.event === event)?.port
  const url = `http://127.0.0.1:${portOf('listening')}`
  const metrics = `http://127.0.0.1:${portOf('metrics-listening')}/metrics`
  return {
    child,
    /** How the service answers a guess. */
    async guess(): Promise<number> {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(`${url}${CHANGES}`, { method: 'POST', headers, body: JSON.stringify(WRONG) }))
        .status
    },
    async faults(): Promise<unknown> {
      const { faults } = (await (await fetch(`${url}/readyz`)).json()) as { faults: { code: string }[] }
      return faults.map(({ code }) => code)
    },
    async metric(name: string): Promise<number | undefined> {
      return parseMetrics(await (await fetch(metrics)).text()).values[name]
    },
  }
}

async function stop(child: ChildProcess): Promise<unknown> {
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  return code
}

/** The service with its log in a file that takes this many KiB until it is emptied, like a full disk. */
async function startInFile(roomKiB: number) {
  const file = scratchFile('')
  const script = `ulimit -f ${roomKiB}; exec '${process.execPath}' '${MAIN}' >> '${file}'`
  let emptied = ''
  let seen = 0
  const read = (): string => readFileSync(file, 'utf8')
  const readNew = (): string => {
    const text = read().slice(seen)
    seen += text.length
    return text
  }
  const service = await start('ignore', readNew, ['/bin/bash', '-c', script])
  return {
    ...service,
    makeRoom(): void {
      emptied += read()
      truncateSync(file)
    },
    isEmpty: () => read() === '',
    log: () => parse(emptied + read()),
    waiting: async () => Number(await service.metric('rekey_log_lines_waiting')),
  }
}

it('a service whose log finds no room answers, and writes every line when there is room again', async () => {
  const service = await startInFile(2)
  const answers = []
  for (let sent = 0; sent < 10; sent++) answers.push(await service.guess())
  expect(answers).toEqual(answers.map(() => 403))
  expect(await service.faults()).toEqual(['log-not-written'])
  expect(await service.waiting()).toBeGreaterThan(1)
  while ((await service.waiting()) > 0) {
    service.makeRoom()
    await vi.waitUntil(() => !service.isEmpty(), TIMEOUT)
  }
  expect(await service.faults()).toEqual([])
  expect(await service.metric('rekey_log_lines_lost_total')).toBe(0)
  expect(await stop(service.child)).toBe(0)
  const events = service.log().map(({ event }) => event)
  expect(events.filter((event) => event === 'attempt')).toHaveLength(10)
  expect(events.slice(-2)).toEqual(['stopping', 'stopped'])
})

it('a service that stops still writes what waits, if there is room soon', async () => {
  const service = await startInFile(8)
  let sent = 0
  do {
    await service.guess()
    sent += 1
  } while ((await service.waiting()) === 0)
  const stopped = stop(service.child)
  service.makeRoom()
  expect(await stopped).toBe(0)
  const events = service.log().map(({ event }) => event)
  expect(events.filter((event) => event === 'attempt')).toHaveLength(sent)
  expect(events.slice(-2)).toEqual(['stopping', 'stopped'])
})

/** A pipe in the file system, with both ends in a test's hands. */
function makePipe() {
  const path = `${scratchFile('')}.fifo`
  execFileSync('mkfifo', [path])
  const openReader = () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  let reader = openReader()
  const writer = openSync(path, 'w')
  onTestFinished(() => closeSync(reader))
  return {
    writer,
    /** Reads everything that is there. */
    read(): string {
      const buffer = Buffer.alloc(1024 * 1024)
      return buffer.toString(
        'utf8',
        0,
        untilAgain(() => readSync(reader, buffer)),
      )
    },
    /** Fills it until nothing more fits. */
    fill(): void {
      const other = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
      for (const size of [4096, 1]) {
        const blank = Buffer.alloc(size, '\n')
        while (untilAgain(() => writeSync(other, blank)) > 0);
      }
      closeSync(other)
    },
    closeReader: () => closeSync(reader),
    openReader(): void {
      reader = openReader()
    },
  }
}

/** The result of a call, or 0 if it would have to wait. */
function untilAgain(call: () => number): number {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0
    throw error
  }
}

it('a service whose log nobody reads answers, goes on when it is read, and stops', async () => {
  const pipe = makePipe()
  const service = await start(pipe.writer, pipe.read)
  closeSync(pipe.writer)
  pipe.fill()
  expect([await service.guess(), await service.guess()]).toEqual([403, 403])
  expect(await service.metric('rekey_log_lines_waiting')).toBe(2)
  // A reader that pauses is not a fault.
  expect(await service.faults()).toEqual([])
  let text = ''
  await vi.waitUntil(() => {
    text += pipe.read()
    return text.split('"event":"attempt"').length === 3
  }, TIMEOUT)
  expect(parse(text.trimStart())).toHaveLength(2)
  pipe.fill()
  expect(await service.guess()).toBe(403)
  expect(await stop(service.child)).toBe(0)
})

it('a service that can’t listen ends, though nobody reads why', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const pipe = makePipe()
  pipe.fill()
  const { port } = server.address() as AddressInfo
  const environment = { ...simulatorEnvironment(await startPanel()), REKEY_PORT: String(port) }
  const child = spawn(process.execPath, [MAIN], {
    env: environment,
    stdio: ['ignore', pipe.writer, 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  closeSync(pipe.writer)
  expect(await once(child, 'exit')).toEqual([1, null])
})

it('a service whose log’s reader has died answers, counts what is lost, and tells the next reader', async () => {
  const pipe = makePipe()
  const service = await start(pipe.writer, pipe.read)
  closeSync(pipe.writer)
  pipe.closeReader()
  expect([await service.guess(), await service.guess()]).toEqual([403, 403])
  await vi.waitUntil(async () => (await service.metric('rekey_log_lines_lost_total')) === 2, TIMEOUT)
  expect(await service.faults()).toEqual(['log-not-written'])
  pipe.openReader()
  let text = ''
  await vi.waitUntil(() => {
    text += pipe.read()
    return text.includes('\n')
  }, TIMEOUT)
  expect(parse(text)).toEqual([{ level: 50, time: expect.any(Number), event: 'log-lines-lost', count: 2 }])
  expect(await service.faults()).toEqual([])
  pipe.closeReader()
  expect(await stop(service.child)).toBe(0)
  pipe.openReader()
})
