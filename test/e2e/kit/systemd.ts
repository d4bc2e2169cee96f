import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { vi } from 'vitest'
import { atEnd } from './at-end.js'
import { ROOT } from './checkout.js'
import { PATH, startProgram } from './programs.js'

const ALONE = ['--pid', '--mount', '--cgroup', '--fork', '--kill-child', '--mount-proc']

/** The only directory in which it finds units. */
export const UNITS = '/run/units'

/** Targets that units name or have by default. Here they start nothing. */
const TARGETS = ['basic', 'multi-user', 'network-online', 'shutdown', 'sockets', 'sysinit']

/**
 * All of this host is readable but not writable, except a few directories. Control groups, which systemd needs, have no
 * controllers.
 */
const PREPARE = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir ${UNITS} /run/rekey /run/checkout
mount --bind "$0" /run/rekey
mount --bind "$1" /run/checkout
mount -o remount,bind,ro /
for directory in /opt /tmp /var/lib /var/tmp; do mount -t tmpfs tmpfs $directory; done
mkdir -p "$1"
mount --bind /run/checkout "$1"
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --make-rshared /
for target in ${TARGETS.join(' ')}; do printf '[Unit]\\nDefaultDependencies=no\\n' >${UNITS}/$target.target; done
`

const ENVIRONMENT = `container=test SYSTEMD_UNIT_PATH=${UNITS} PATH=${PATH}`
const BOOT = `exec env -i ${ENVIRONMENT} /lib/systemd/systemd --system --unit=basic.target --log-target=console`

/** Whether this user can start it on this machine. */
export const canRunSystemd =
  spawnSync('unshare', [...ALONE, 'bash', '-c', PREPARE, '/mnt', ROOT]).status === 0

/** systemd as process 1 of a host with this machine's programs, users and network. */
export interface Systemd {
  /** Runs bash commands there as root, and returns their output. */
  run(commands: string): Promise<string>
  /** Writes a file there, in /run or /opt. Units go into `UNITS`. */
  write(path: string, text: string): Promise<unknown>
}

/**
 * Starts systemd without any units. It ends, with everything that runs there, when the tests of the file are over.
 *
 * @param sockets a directory that becomes /run/rekey there
 */
export async function startSystemd(sockets: string): Promise<Systemd> {
  const { pid, kill } = startProgram('unshare', [...ALONE, 'bash', '-c', PREPARE + BOOT, sockets, ROOT])
  // unshare ignores other signals.
  atEnd(kill)
  const childrenFile = `/proc/${pid}/task/${pid}/children`
  const enter = (): string[] => ['--target', readFileSync(childrenFile, 'utf8').trim(), '--mount', '--pid']
  const run = (commands: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const args = [...enter(), 'bash', '--norc', '-c', `set -e\n${commands}`]
      execFile('nsenter', args, { env: { PATH } }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`))
        else resolve(stdout)
      })
    })
  await vi.waitFor(() => run('timeout 2 systemctl is-system-running'), { timeout: 20_000, interval: 100 })
  return {
    run,
    write: (path, text) => run(`mkdir -p $(dirname ${path})\ncat >${path} <<'END'\n${text}\nEND`),
  }
}
