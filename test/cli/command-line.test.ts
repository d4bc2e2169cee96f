import { expect, it } from 'vitest'
import { parseCommandLine } from '../../src/cli/command-line.js'

it.each([
  [[], { is: 'serve' }],
  [['--check-config'], { is: 'check-config' }],
  [['-v'], { is: 'version' }],
  [['--help'], { is: 'help', text: expect.stringContaining('setup-panel') }],
  [['doctor', '-h'], { is: 'help', text: expect.stringContaining('--json') }],
  [['setup-panel', '-h'], { is: 'help', text: expect.stringContaining('--profile') }],
  [['doctor'], { is: 'doctor', url: undefined, json: false }],
  [['setup-panel'], { is: 'setup-panel', address: undefined, profile: 'mail-password' }],
  [
    ['setup-panel', '--address', '2001:DB8::0009', '--profile', 'rekey-2'],
    { is: 'setup-panel', address: '2001:db8::9', profile: 'rekey-2' },
  ],
])('the command line %j is understood', (args, command) => {
  expect(parseCommandLine(args)).toEqual(command)
})

it.each(['https://mail.example.com/password', 'https://mail.example.com/password/'])(
  'the command line takes %s for where the page is',
  (url) => {
    expect(parseCommandLine(['doctor', '--json', '--url', url])).toEqual({
      is: 'doctor',
      url: new URL('https://mail.example.com/password/'),
      json: true,
    })
  },
)

it.each([
  ['--no-such-option'],
  ['serve'],
  ['doctor', 'now'],
  ['doctor', '--url'],
  ['doctor', '--url', 'mail.example.com'],
  ['doctor', '--url', 'ftp://mail.example.com/'],
  ['doctor', '--url', 'https://name:canary@mail.example.com/'],
  ['doctor', '--check-config'],
  ['setup-panel', '--address', 'panel.example.com'],
  ['setup-panel', '--address', "192.0.2.9'; reboot; '"],
  ['setup-panel', '--address', 'allow-all'],
  ['setup-panel', '--address', '0.0.0.0'],
  ['setup-panel', '--address', '0:0::0'],
  ['setup-panel', '--address', '::ffff:0.0.0.0'],
  ['setup-panel', '--profile', "x'; reboot; '"],
  ['setup-panel', '--profile', '../conf/hestia.conf'],
  ['setup-panel', '--profile', 'billing'],
])('the command line %s %s %s is not understood, and the usage tells why', (...args) => {
  const command = parseCommandLine(args)
  expect(command).toEqual({ is: 'misused', text: expect.stringMatching(/^.+\n\n(?:.*\n)*Usage: rekey/) })
  expect(JSON.stringify(command)).not.toContain('canary')
})
