/** A command line, starting with the program's name. */
export type CommandLine = readonly [string, ...string[]]

interface Walls {
  /** A seccomp filter for the system calls, as libseccomp exports it. */
  readonly filterFile?: string
  /** The parts of the root that it sees, as bwrap options. Default: the whole machine. */
  readonly root?: readonly string[]
}

const WHOLE_MACHINE = ['--ro-bind', '/', '/', '--tmpfs', '/proc', '--remount-ro', '/proc']
const WALLS = '--unshare-user --uid 10001 --gid 10001 --unshare-pid --as-pid-1 --unshare-ipc --cap-drop ALL'

/**
 * Wraps a command to run as in a container or a hardened service: as an unprivileged user, as process 1, with nothing writable
 * and no /proc. bwrap is its only parent, and ends it when it ends.
 */
export function confined(
  command: CommandLine,
  { filterFile, root = WHOLE_MACHINE }: Walls = {},
): CommandLine {
  const filter = filterFile === undefined ? [] : ['--seccomp', '3']
  const bwrap = ['bwrap', ...root, ...WALLS.split(' '), '--die-with-parent', ...filter, '--', ...command]
  return ['bash', '-c', 'exec "$@" 3<"$0"', filterFile ?? '/dev/null', ...bwrap]
}
