/** A command line that begins with the name of the program. */
export type CommandLine = readonly [string, ...string[]]

/**
 * The same command as a container or a hardened service would run it: as a user without rights, as process 1, with
 * nothing that can be written and no /proc; its system calls through a filter where one is given.
 *
 * @param filterFile a seccomp filter, as libseccomp exports it
 */
export function confined(command: CommandLine, filterFile = '/dev/null'): CommandLine {
  const filter = filterFile === '/dev/null' ? [] : ['--seccomp', '3']
  const walls =
    '--ro-bind / / --tmpfs /proc --remount-ro /proc --unshare-user --uid 10001 --gid 10001 --unshare-pid --unshare-ipc'
  const bwrap = [
    'bwrap',
    ...walls.split(' '),
    '--as-pid-1',
    '--cap-drop',
    'ALL',
    '--die-with-parent',
    ...filter,
  ]
  return ['bash', '-c', 'exec "$@" 3<"$0"', filterFile, ...bwrap, ...command]
}
