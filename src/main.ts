#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { parseCommandLine, type SetupTask } from './cli/command-line.js'
import type { Environment } from './config/environment.js'
import { type Config, loadConfig } from './config/load.js'
import { packageFolder } from './config/package-folder.js'
import { askHealth } from './system/health-check.js'

/** Exit codes of sysexits.h. */
const EX_USAGE = 64
const EX_CONFIG = 78

const { version } = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8')) as {
  version: string
}

// Without a listener, this signal opens Node's inspector to every program on the host.
process.on('SIGUSR1', () => undefined)
main()

function main(): void {
  const command = parseCommandLine(process.argv.slice(2))
  switch (command.is) {
    case 'help':
      process.stdout.write(command.text)
      break
    case 'version':
      process.stdout.write(`${version}\n`)
      break
    case 'misused':
      fail(EX_USAGE, command.text)
      break
    case 'setup':
      void runSetup(command.task, command.asks)
      break
    case 'doctor':
      void runDoctor(command.url, command.json)
      break
    default:
      void start(command.is)
  }
}

/** Loads the setup and the doctor. With `--remote`, standard output gets only the commands for the panel's host. */
async function runSetup(task: SetupTask, asks: boolean): Promise<void> {
  const [{ setUp }, { thisHost }, { openTerminal }, { diagnose }, { systemClock }] = await Promise.all([
    import('./setup/setup.js'),
    import('./setup/this-host.js'),
    import('./setup/terminal.js'),
    import('./doctor/diagnose.js'),
    import('./lib/clock.js'),
  ])
  const output = task.does === 'set-up-remotely' ? process.stderr : process.stdout
  const isSetUp = await setUp(task, {
    host: thisHost(process),
    terminal: openTerminal({ input: process.stdin, output }, asks),
    tools: {
      handOver: (script) => void process.stdout.write(script),
      ours: (path) => readFile(new URL(path, packageFolder), 'utf8'),
      diagnose: (environment, url) => diagnose(environment, url, false),
      clock: systemClock,
      random: () => randomBytes(32).toString('hex'),
    },
  })
  process.exitCode = isSetUp ? 0 : 1
}

/** Loads the doctor, which the service doesn't need. */
async function runDoctor(url: URL | undefined, json: boolean): Promise<void> {
  const { diagnose } = await import('./doctor/diagnose.js')
  const { text, sound } = await diagnose(await environmentOfService(), url, json)
  process.stdout.write(text)
  process.exitCode = sound ? 0 : 1
}

/** The environment, and if it names no panel, also the settings from `rekey setup`. For commands about the service. */
async function environmentOfService(): Promise<Environment> {
  if (process.env.HESTIA_URL) return process.env
  const [{ serviceEnvironment }, { thisHost }] = await Promise.all([
    import('./setup/steps/service.js'),
    import('./setup/this-host.js'),
  ])
  // Only root can read them. Other users get an error about the missing variables.
  const settings = await serviceEnvironment(thisHost(process)).catch(() => ({}))
  return { ...settings, ...process.env }
}

/** A command that needs the whole configuration. */
type Wish = 'serve' | 'check-config' | 'health' | 'rotate-recovery-key'

async function start(wish: Wish): Promise<void> {
  const result = loadConfig(wish === 'serve' ? process.env : await environmentOfService(), process.pid)
  if (result.ok) carryOut(wish, result.config)
  else fail(EX_CONFIG, `${result.faults.join('\n')}\n`)
}

function carryOut(wish: Wish, config: Config): void {
  switch (wish) {
    case 'check-config':
      process.stdout.write('The configuration is complete.\n')
      break
    case 'health':
      void tellHealth(config)
      break
    case 'rotate-recovery-key':
      void rotateRecoveryKey(config)
      break
    case 'serve':
      void runService(config)
  }
}

async function rotateRecoveryKey(config: Config): Promise<void> {
  const { rotateRecoveryKey: rotate } = await import('./service/rotate-recovery-key.js')
  const { text, result } = await rotate(config)
  if (result === 'done') process.stdout.write(text)
  else fail(result === 'no-keys' ? EX_CONFIG : 1, text)
}

/** Loads the service, which the health check, run twice a minute, doesn't need. */
async function runService(config: Config): Promise<void> {
  // undici parses HTTP with WebAssembly, and V8 would optimise it under load. That takes 35 MB at first and 10 MB for good, only to
  // parse the panel's short responses faster.
  setFlagsFromString('--liftoff-only')
  const { serve } = await import('./service/serve.js')
  const isServing = await serve(config, { version, node: process.version }, process)
  // Otherwise unread output would keep the process alive for ever.
  if (!isServing) process.exit(1)
}

async function tellHealth(config: Config): Promise<void> {
  process.exitCode = (await askHealth(config)) === undefined ? 0 : 1
}

function fail(exitCode: number, text: string): void {
  process.stderr.write(text)
  process.exitCode = exitCode
}
