import { expect, it } from 'vitest'
import { parseCommandLine } from '../../src/cli/command-line.js'

it.each([
  [[], { is: 'serve' }],
  [['--check-config'], { is: 'check-config' }],
  [['-v'], { is: 'version' }],
  [['--help'], { is: 'help', text: expect.stringContaining('setup') }],
  [['doctor', '-h'], { is: 'help', text: expect.stringContaining('--json') }],
  [['setup', '-h'], { is: 'help', text: expect.stringContaining('--dry-run') }],
  [['rotate-recovery-key'], { is: 'rotate-recovery-key' }],
  [
    ['rotate-recovery-key', '-h'],
    { is: 'help', text: expect.stringContaining('REKEY_RECOVERY_KEY_PREVIOUS') },
  ],
  [['doctor'], { is: 'doctor', url: undefined, json: false }],
  [['setup'], { is: 'setup', asks: true, task: { does: 'set-up', isDry: false } }],
  [
    ['setup', '--yes', '--dry-run', '--proof=imap', '--roundcube=hestia', '--host', 'WWW.example.com'],
    {
      is: 'setup',
      asks: false,
      task: { does: 'set-up', isDry: true, proof: 'imap', roundcube: 'hestia', host: 'www.example.com' },
    },
  ],
  [
    ['setup', '--remote=panel.example.com', '--address', '2001:DB8::0009', '--profile', 'rekey-2'],
    {
      is: 'setup',
      asks: true,
      task: {
        does: 'set-up-remotely',
        isDry: false,
        panel: { name: 'panel.example.com', port: 8083 },
        address: '2001:db8::9',
        profile: 'rekey-2',
      },
    },
  ],
  [
    ['setup', '--remote=panel.example.com:2083'],
    {
      is: 'setup',
      asks: true,
      task: { does: 'set-up-remotely', isDry: false, panel: { name: 'panel.example.com', port: 2083 } },
    },
  ],
  [['setup', '--refresh'], { is: 'setup', asks: false, task: { does: 'refresh' } }],
  [['setup', '--undo', '--yes'], { is: 'setup', asks: false, task: { does: 'undo' } }],
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
  ['rotate-recovery-key', '--now'],
  ['doctor', '--url'],
  ['doctor', '--url', 'mail.example.com'],
  ['doctor', '--url', 'ftp://mail.example.com/'],
  ['doctor', '--url', 'https://name:canary@mail.example.com/'],
  ['doctor', '--check-config'],
  ['setup', '--proof', 'hash,imap'],
  ['setup', '--roundcube', 'httpapi'],
  ['setup', '--host', "www.example.com'; reboot; '"],
  ['setup', '--host', '../../etc'],
  ['setup', '--address', '192.0.2.9'],
  ['setup', '--undo', '--refresh'],
  ['setup', '--undo', '--dry-run'],
  ['setup', '--refresh', '--host=www.example.com'],
  ['setup', '--remote=panel.example.com', '--host=www.example.com'],
  ['setup', '--remote=https://panel.example.com'],
  ['setup', '--remote=panel.example.com:0x1'],
  ['setup', '--remote=panel.example.com', '--address=panel.example.com'],
  ['setup', '--remote=panel.example.com', "--address=192.0.2.9'; reboot; '"],
  ['setup', '--remote=panel.example.com', '--address=allow-all'],
  ['setup', '--remote=panel.example.com', '--address=0.0.0.0'],
  ['setup', '--remote=panel.example.com', '--address=0:0::0'],
  ['setup', '--remote=panel.example.com', '--address=::ffff:0.0.0.0'],
  ['setup', '--profile', "x'; reboot; '"],
  ['setup', '--profile', '../conf/hestia.conf'],
  ['setup', '--profile', 'billing'],
])('the command line %s %s %s is not understood, and the usage tells why', (...args) => {
  const command = parseCommandLine(args)
  expect(command).toEqual({ is: 'misused', text: expect.stringMatching(/^.+\n\n(?:.*\n)*Usage: rekey/) })
  expect(JSON.stringify(command)).not.toContain('canary')
})
