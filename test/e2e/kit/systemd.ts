import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { vi } from 'vitest'
import { atEnd } from './at-end.js'
import { ROOT } from './checkout.js'
import { PATH, startProgram } from './programs.js'

const ALONE = ['--pid', '--mount', '--cgroup', '--fork', '--kill-child', '--mount-proc']

/** Where it finds units, and no others. */
export const UNITS = '/run/units'

/** Targets that units name, or have by default: here they start nothing. */
const TARGETS = ['basic', 'multi-user', 'network-online', 'shutdown', 'sockets', 'sysinit']

/** All of this host can be read and not written, but for directories of its own; control groups, which it needs, have no controllers. */
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

/** Whether this user of this machine may start it. */
export const canRunSystemd =
  spawnSync('unshare', [...ALONE, 'bash', '-c', PREPARE, '/mnt', ROOT]).status === 0

/** systemd as process 1 of a host that has its programs, users and network from this one. */
export interface Systemd {
  /** Runs bash commands there, as root, and gives what they print. */
  run(commands: string): Promise<string>
  /** Writes a file there, below /run or /opt; units are in `UNITS`. */
  write(path: string, text: string): Promise<unknown>
}

/**
 * Starts it with nothing to do; it ends with all that runs there when the tests of the file are over.
 *
 * @param sockets a directory that is /run/rekey there
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
