/** What `--help` prints, by the command that it is about. */
export const help = {
  rekey: `Rekey changes mailbox passwords on servers run by the Hestia Control Panel.

Usage: rekey [doctor | setup-panel] [OPTION…]
       (where it is not installed as a program: node dist/main.js [doctor | setup-panel] [OPTION…])

  doctor          find out what is wrong, and what to do about it
  setup-panel     print the commands that set the panel up

  --check-config  print every fault of the configuration and exit: 0 if there is none, 78 otherwise
  --health        ask the service that runs with this configuration whether it is alive and exit: 0 if so, 1 otherwise
  --help, -h      print this text, or that of a command
  --version, -v   print the version

Without a command the service runs. It is configured by environment variables alone:
docs/configuration.md has the table. HESTIA_URL and one kind of credentials must be set.
`,

  doctor: `Goes through all that can be wrong, in order, and prints how to fix each. It changes nothing on the panel.

Usage: rekey doctor [--url URL] [--json]

  --url URL   call the service at this address, through its proxies, and look at that instead: best from another
              host, where no configuration is needed. URL is where people find the page, such as
              https://mail.example.com/password/
  --json      print the findings as JSON

Exits with 0, also where there are only warnings, or 1 where there is a fault.
`,

  'setup-panel': `Prints the commands that set the panel up for the proofs in use (REKEY_PROOFS): permissions, access key and the
address that may call. Paste them into a root shell on the panel's host, or send them there:

  rekey setup-panel --address 192.0.2.9 | ssh root@panel.example.com bash

Usage: rekey setup-panel [--address IP] [--profile NAME]

  --address IP    the address that the panel sees Rekey call from. Where Rekey runs on the panel's host and
                  HESTIA_URL has the host's name, that is mostly the host's own public address, not 127.0.0.1
  --profile NAME  the name of the permission profile on the panel (mail-password)
`,
} as const
