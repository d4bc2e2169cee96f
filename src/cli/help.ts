/** What `--help` prints, by the command that it is about. */
export const help = {
  rekey: `Rekey changes mailbox passwords on servers run by the Hestia Control Panel.

Usage: rekey [COMMAND] [OPTION…]
       (where it is not installed as a program: node dist/main.js [COMMAND] [OPTION…])

  setup                set this host up, next to the panel or for a panel elsewhere; undo that
  doctor               find out what is wrong, and what to do about it
  rotate-recovery-key  encrypt all recovery addresses with a new key

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

  setup: `Sets the panel's host up: makes a key of the panel, starts the service, serves the page at /password/ of every webmail
host, and has webmail change passwords by it. It asks before it changes anything, and can run again: it changes only what is
missing.

Usage: rekey setup [OPTION…]

  --yes               ask nothing: take the defaults
  --dry-run           print what would be done, and change nothing
  --host NAME         serve the page at this web domain of the panel, too
  --proof imap        check the current password by a login at Dovecot, not by the panel's hash (--proof hash)
  --roundcube hestia  let Roundcube keep the panel's own driver, which tells people less (--roundcube rekey)
  --profile NAME      the name of the permission profile on the panel (mail-password)
  --refresh           serve new mail domains, and put back what an upgrade replaced; a timer does this
  --undo              undo all of it

For a panel on another host:

  --remote NAME       set this host up, and print the commands for the panel's host, such as panel.example.com:
                      rekey setup --remote panel.example.com | ssh root@panel.example.com bash
  --address IP        the address that the panel sees this host call from, if that is behind NAT

Exits with 0 if all is as wanted, otherwise with 1.
`,

  'rotate-recovery-key': `Encrypts all recovery addresses with a new key. Stop the service, set REKEY_RECOVERY_KEY to the new key and
REKEY_RECOVERY_KEY_PREVIOUS to the former one, run this, and start the service. If it was interrupted, run it again.

Usage: rekey rotate-recovery-key

Prints how many records were encrypted, and how many neither key opens. Exits with 0, or 1 if the recovery store can't be
used, or 78 if the keys aren't set.
`,
} as const
