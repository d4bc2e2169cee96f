/** A command line that begins with the name of the program. */
export type CommandLine = readonly [string, ...string[]]

interface Walls {
  /** A seccomp filter for the system calls, as libseccomp exports it. */
  readonly filterFile?: string
  /** What of its root it sees, as options of bwrap; the whole machine's unless told otherwise. */
  readonly root?: readonly string[]
}

const WHOLE_MACHINE = ['--ro-bind', '/', '/', '--tmpfs', '/proc', '--remount-ro', '/proc']
const WALLS = '--unshare-user --uid 10001 --gid 10001 --unshare-pid --as-pid-1 --unshare-ipc --cap-drop ALL'

/**
 * The same command as a container or a hardened service would run it: as a user without rights, as process 1, with
 * nothing that can be written and no /proc. bwrap is its only parent, and takes it along.
 */
export function confined(
  command: CommandLine,
  { filterFile, root = WHOLE_MACHINE }: Walls = {},
): CommandLine {
  const filter = filterFile === undefined ? [] : ['--seccomp', '3']
  const bwrap = ['bwrap', ...root, ...WALLS.split(' '), '--die-with-parent', ...filter, '--', ...command]
  return ['bash', '-c', 'exec "$@" 3<"$0"', filterFile ?? '/dev/null', ...bwrap]
}
