import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { adapt, type Changes } from './kit/deploy-file.js'
import { PATH } from './kit/programs.js'
import { scratchDirectory } from './kit/scratch.js'

/** In a network and a user namespace of its own, in which it is root. */
const ALONE =
  'bwrap --ro-bind / / --dev /dev --unshare-user --uid 0 --gid 0 --unshare-net --cap-add CAP_NET_ADMIN'

const PROGRAM = `
import socket, subprocess, sys
server = socket.create_server(('127.0.0.1', 8090))
def connect():
    try:
        socket.create_connection(('127.0.0.1', 8090)).close()
        print('reached')
    except ConnectionRefusedError:
        print('refused')
connect()
for rules in sys.argv[1:]:
    subprocess.run(['nft', '-f', rules], check=True)
    connect()
print(subprocess.run(['nft', 'list', 'ruleset'], capture_output=True, text=True).stdout.count('dport'))
`

it('the firewall leaves Rekey’s port to those who are named, however often it is loaded', () => {
  const directory = scratchDirectory('firewall')
  const rules = (name: string, changes: Changes): string => {
    writeFileSync(join(directory, name), adapt('rekey.nft', changes))
    return join(directory, name)
  }
  const asTheyStand = rules('rekey.nft', {})
  const withoutRoot = rules('without-root.nft', { 'root, ': '' })
  const [bwrap = '', ...options] = ALONE.split(' ')
  const args = [
    ...options,
    '/usr/bin/python3',
    '-c',
    PROGRAM,
    asTheyStand,
    withoutRoot,
    asTheyStand,
    withoutRoot,
  ]
  const output = execFileSync(bwrap, args, { encoding: 'utf8', env: { PATH } })
  expect(output.split('\n')).toEqual(['reached', 'reached', 'refused', 'reached', 'refused', '1', ''])
})
