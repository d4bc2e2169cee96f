import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PATH } from './programs.js'
import type { CommandLine } from './sandbox.js'
import { scratchDirectory } from './scratch.js'

const execute = promisify(execFile)

/** Paths that change without an installation, or don't belong to the host. */
const PASSING =
  '/proc /sys /dev /run /tmp /root /var/cache /var/log /var/lib/apt /var/lib/dpkg /etc/ld.so.cache'

/** A minimal Debian or Ubuntu in a folder of this machine. */
export interface DebianHost {
  readonly root: string
  /** Runs a command there as root, without a network, and returns its output. Throws if it fails. */
  run(...command: CommandLine): Promise<string>
  /** The paths of everything installed there. */
  paths(): Promise<string[]>
}

/** Installs a minimal system of a release, such as `bookworm`. */
export async function installDebian(release: string): Promise<DebianHost> {
  const root = scratchDirectory(release)
  await execute('debootstrap', ['--variant=minbase', release, root], { env: { ...process.env, PATH } })
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive' }
  async function run(...command: CommandLine): Promise<string> {
    const args = ['--net', 'chroot', root, ...command]
    const { stdout, stderr } = await execute('unshare', args, { env, maxBuffer: 1e8 })
    return stdout + stderr
  }
  async function paths(): Promise<string[]> {
    const pruned = PASSING.split(' ').flatMap((path) => ['-path', path, '-prune', '-o'])
    return (await run('find', '/', ...pruned, '-print')).split('\n').sort()
  }
  return { root, run, paths }
}

/** Pretends that systemd runs on a host. Returns the file with the arguments of each systemctl call. */
export function feignSystemd({ root }: DebianHost): string {
  mkdirSync(join(root, 'run/systemd/system'), { recursive: true })
  const systemctl = join(root, 'usr/bin/systemctl')
  writeFileSync(systemctl, '#!/bin/sh\necho "$*" >> /var/log/systemctl\n')
  chmodSync(systemctl, 0o755)
  return join(root, 'var/log/systemctl')
}
