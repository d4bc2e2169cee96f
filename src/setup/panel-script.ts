import { HESTIA } from './panel-files.js'

/** What the panel is set up for. */
export interface PanelSetup {
  /** The commands that the key may run, and no other. */
  readonly commands: readonly string[]
  /** The address that the panel sees the service call from, in canonical form. */
  readonly address: string
  /** The name of the permission profile: letters, digits, `-` and `_`. */
  readonly profile: string
}

/**
 * Shell commands for root on the panel's host. They may run again, change only what is missing, tell how to undo just
 * that, and can be pasted: a subshell keeps an early exit from ending the shell they are pasted into.
 *
 * A profile with other commands stops them: fewer would turn each call of a key that uses it into a failed login, for
 * which fail2ban bans, and more would let that key do more than its owner meant.
 *
 * From Hestia's public source: `web/api/index.php` takes addresses one by one, everybody where the whole value is
 * `allow-all` or one address is `0.0.0.0`, and refuses access keys while `API_SYSTEM` is 0; `bin/v-change-sys-api enable
 * api` sets it to 1, and edits or fetches `web/api/index.php`; `bin/v-list-access-key` shows a key's secret at any
 * time; the administrator is `ROOT_USER`.
 */
export function panelScript(setup: PanelSetup): string {
  const { address, profile, commands } = setup
  return `# Sets a Hestia panel up for Rekey. For a root shell on the panel's host. It may run again: it changes only what is
# missing, and tells of each change how to undo it.
(
set -eu
export HESTIA=${HESTIA}
# The address that the panel sees Rekey call from.
address='${address}'
profile=$HESTIA/data/api/${profile}
permissions="ROLE='admin'
COMMANDS='${commands.join(',')}'"
stop() { echo "Nothing was done: $1" >&2; exit 1; }
did() { printf '%s\\n  Undo: %s\\n' "$1" "$2" >&2; }
setting() { sed -n "s/^$1='\\(.*\\)'\\$/\\1/p" $HESTIA/conf/hestia.conf | tail -n 1; }
rekey_key() { # the ID of the key that this made
  grep -lsx "PERMISSIONS='${profile}'" $HESTIA/data/access-keys/* | xargs -r grep -lx "COMMENT='rekey'" | sed 's/.*\\///;q'
}

[ "$(id -u)" = 0 ] || stop 'this is for root.'
[ -x $HESTIA/bin/v-add-access-key ] || stop "this host has no Hestia panel with access keys in $HESTIA."
if [ -e $profile ] && [ "$(cat $profile)" != "$permissions" ]; then
  grep -lsE "^PERMISSIONS='(.*,)?${profile}(,.*)?'" $HESTIA/data/access-keys/* | xargs -r grep -HE '^(PERMISSIONS|COMMENT)=' >&2
  stop "the profile ${profile} is there with other commands. The keys that depend on it are shown above, if any.
  Print this with another --profile, which gets a key of its own.
  If no key but Rekey's has it: mv $profile $HESTIA/data/${profile}.old, and run this again at once."
fi

# 1. What the key may do: the commands that Rekey needs, and no other.
if [ ! -e $profile ]; then
  mkdir -p $HESTIA/data/api
  echo "$permissions" > $profile
  did 'A permission profile was made.' "rm $profile"
fi

# 2. Who may call: this address joins the others.
allowed=$(setting API_ALLOWED_IP)
case ",$allowed," in
  *",$address,"*) ;;
  ,allow-all,) echo 'Every address may use the API of this panel (allow-all): better name those that do.' >&2 ;;
  *)
    $HESTIA/bin/v-change-sys-config-value API_ALLOWED_IP "\${allowed:+$allowed,}$address"
    did "$address may use the API." "$HESTIA/bin/v-change-sys-config-value API_ALLOWED_IP '$allowed'"
    ;;
esac

# 3. The API for access keys, if it is off. Hestia's command sets API_SYSTEM to 1. It also takes the line that
#    switches all of the API off out of web/api/index.php, or fetches that file if it is gone: the undo leaves this.
case "$(setting API_SYSTEM)" in
  1 | 2) ;;
  *)
    $HESTIA/bin/v-change-sys-api enable api
    did 'The API was switched on for access keys.' "$HESTIA/bin/v-change-sys-config-value API_SYSTEM 0"
    ;;
esac

# 4. The key, of the panel's administrator.
admin=$(setting ROOT_USER)
key=$(rekey_key)
if [ -n "$key" ]; then
  echo "There is a key already, $key: no other was made.
  This shows its secret: $HESTIA/bin/v-list-access-key $key
  For another, delete this one and run all this again: $HESTIA/bin/v-delete-access-key $key" >&2
else
  $HESTIA/bin/v-add-access-key "\${admin:-admin}" ${profile} rekey json
  echo 'Give Rekey these two as HESTIA_ACCESS_KEY and HESTIA_SECRET_KEY.' >&2
  did 'A key was made.' "$HESTIA/bin/v-delete-access-key $(rekey_key)"
fi

# 5. For a panel that signed its certificate itself: what Rekey is to know it by.
certificate=$HESTIA/ssl/certificate.crt
if ! fingerprint=$(openssl x509 -in $certificate -noout -fingerprint -sha256 2> /dev/null); then
  echo "All was done, but there is no certificate to be read in $certificate." >&2
  exit 1
elif openssl verify -untrusted $certificate $certificate > /dev/null 2>&1; then
  echo 'An authority signed the certificate: leave HESTIA_CERT_SHA256 unset.' >&2
else
  echo 'No authority that this host knows vouches for the certificate. This pins it, until it is renewed:' >&2
  echo "HESTIA_CERT_SHA256=\${fingerprint#*=}"
fi
)
`
}
