/** The text that `--help` prints for each command. */
export const help = {
  rekey: `Rekey changes mailbox passwords on servers that run the Hestia Control Panel.

Usage: rekey [COMMAND] [OPTION…]
       (if rekey isn't installed as a program: node dist/main.js [COMMAND] [OPTION…])

  setup                set up this host, next to the panel or for a panel on another host; --undo reverses it
  doctor               check the installation, and print how to fix each problem
  rotate-recovery-key  encrypt all recovery addresses with a new key

  --check-config  print every error in the configuration and exit: 0 if there is none, 78 otherwise
  --health        check that the service with this configuration is running and exit: 0 if it is, 1 otherwise
  --help, -h      print this help, or the help of a command
  --version, -v   print the version

Without a command, rekey runs the service. Configure it with environment variables: docs/configuration.md
lists them. Set HESTIA_URL and one kind of credentials for the panel.
`,

  doctor: `Checks the installation step by step, and prints how to fix each problem. It changes nothing on the panel.

Usage: rekey doctor [--url URL] [--json]

  --url URL   check only the service at this address, through its proxies. Run it from another host if you can; it
              needs no configuration there. URL is the address of the page, such as https://mail.example.com/password/
  --json      print the findings as JSON

Exits with 1 if there is a fault, otherwise with 0. Warnings don't count.
`,

  setup: `Sets up Rekey on the panel's host: makes an access key, starts the service, serves the page at /password/ of
every webmail host, and connects webmail to Rekey. It asks before it changes anything. You can run it again: it
changes only what is missing.

Usage: rekey setup [OPTION…]

  --yes               don't ask: use the defaults
  --dry-run           print the changes, but make none
  --host NAME         also serve the page at this web domain of the panel
  --proof imap        check current passwords by a login to Dovecot, not by the panel's hash (default: hash)
  --roundcube hestia  keep the panel's own driver in Roundcube, which explains less to people (default: rekey)
  --profile NAME      the name of the permission profile on the panel (default: mail-password)
  --refresh           add new mail domains, and restore files that an upgrade replaced; a timer runs this
  --undo              undo all changes that the setup made

For a panel on another host:

  --remote NAME       set up this host, and print the commands for the panel's host, such as panel.example.com:
                      rekey setup --remote panel.example.com | ssh root@panel.example.com bash
  --address IP        this host's address as the panel sees it, if there is NAT in between

Exits with 0 if the setup succeeds, otherwise with 1.
`,

  'rotate-recovery-key': `Encrypts all recovery addresses with a new key. Stop the service, set REKEY_RECOVERY_KEY to the new key
and REKEY_RECOVERY_KEY_PREVIOUS to the old one, run this command, and start the service. If the command was interrupted,
run it again.

Usage: rekey rotate-recovery-key

Prints how many records it encrypted, and how many neither key can decrypt. Exits with 0; with 1 if it can't use the
recovery store; with 78 if the keys aren't set.
`,
} as const
