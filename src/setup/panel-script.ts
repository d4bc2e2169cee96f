import { HESTIA } from './panel-files.js'

/** The values in the script. */
export interface PanelSetup {
  /** The commands that the key may run. */
  readonly commands: readonly string[]
  /** The service's address as the panel sees it, in canonical form. */
  readonly address: string
  /** The name of the permission profile: letters, digits, `-` and `_`. */
  readonly profile: string
}

/**
 * Shell commands for root on the panel's host. They can run again: they change only what is missing, and print how to undo it. They
 * can be pasted into a shell: an early exit ends only their subshell.
 *
 * They stop at a profile with other commands. Removing commands would turn calls of other keys with that profile into failed logins,
 * and fail2ban would ban the callers. Adding commands would let those keys do more than their owners meant.
 *
 * From Hestia's public source: `web/api/index.php` accepts the listed addresses, or everyone if the whole list is `allow-all` or an
 * address is `0.0.0.0`; it refuses access keys while `API_SYSTEM` is 0. `bin/v-change-sys-api enable api` sets that to 1, and edits
 * or downloads `web/api/index.php`. `bin/v-list-access-key` prints a key's secret. The administrator is `ROOT_USER`.
 */
export function panelScript(setup: PanelSetup): string {
  const { address, profile, commands } = setup
  return `# Sets up a Hestia panel for Rekey. Run this in a root shell on the panel's host. You can run it again: it changes only
# what is missing, and prints how to undo each change.
(
set -eu
export HESTIA=${HESTIA}
# Rekey's address, as the panel sees it.
address='${address}'
profile=$HESTIA/data/api/${profile}
permissions="ROLE='admin'
COMMANDS='${commands.join(',')}'"
stop() { echo "Nothing was changed: $1" >&2; exit 1; }
did() { printf '%s\\n  Undo: %s\\n' "$1" "$2" >&2; }
setting() { sed -n "s/^$1='\\(.*\\)'\\$/\\1/p" $HESTIA/conf/hestia.conf | tail -n 1; }
rekey_key() { # the ID of the key that this script made
  grep -lsx "PERMISSIONS='${profile}'" $HESTIA/data/access-keys/* | xargs -r grep -lx "COMMENT='rekey'" | sed 's/.*\\///;q'
}

[ "$(id -u)" = 0 ] || stop 'run this as root.'
[ -x $HESTIA/bin/v-add-access-key ] || stop "this host has no Hestia panel with access keys in $HESTIA."
if [ -e $profile ] && [ "$(cat $profile)" != "$permissions" ]; then
  grep -lsE "^PERMISSIONS='(.*,)?${profile}(,.*)?'" $HESTIA/data/access-keys/* | xargs -r grep -HE '^(PERMISSIONS|COMMENT)=' >&2
  stop "the profile ${profile} exists with other commands. The lines above show the keys that use it, if there are any.
  Run rekey setup --remote again with another --profile. It gets its own key.
  If only Rekey's key uses it: mv $profile $HESTIA/data/${profile}.old, and run this again at once."
fi

# 1. The permission profile: only the commands that Rekey needs.
if [ ! -e $profile ]; then
  mkdir -p $HESTIA/data/api
  echo "$permissions" > $profile
  did 'Made a permission profile.' "rm $profile"
fi

# 2. The API's allow list: adds the address.
allowed=$(setting API_ALLOWED_IP)
case ",$allowed," in
  *",$address,"*) ;;
  ,allow-all,) echo 'The API of this panel is open to every address (allow-all). Better list the addresses that need it.' >&2 ;;
  *)
    $HESTIA/bin/v-change-sys-config-value API_ALLOWED_IP "\${allowed:+$allowed,}$address"
    did "Added $address to the API's allow list." "$HESTIA/bin/v-change-sys-config-value API_ALLOWED_IP '$allowed'"
    ;;
esac

# 3. Turns the API on for access keys, if it is off. Hestia's command sets API_SYSTEM to 1. It also removes the line that turns
#    the whole API off from web/api/index.php, or downloads that file if it is missing. The undo doesn't reverse that part.
case "$(setting API_SYSTEM)" in
  1 | 2) ;;
  *)
    $HESTIA/bin/v-change-sys-api enable api
    did 'Turned the API on for access keys.' "$HESTIA/bin/v-change-sys-config-value API_SYSTEM 0"
    ;;
esac

# 4. An access key of the panel's administrator.
admin=$(setting ROOT_USER)
key=$(rekey_key)
if [ -n "$key" ]; then
  echo "There is already a key, $key, so no new key was made.
  To see its secret: $HESTIA/bin/v-list-access-key $key
  To make a new key, delete this one and run this again: $HESTIA/bin/v-delete-access-key $key" >&2
else
  $HESTIA/bin/v-add-access-key "\${admin:-admin}" ${profile} rekey json
  echo 'Type the two values above into rekey setup, or set HESTIA_ACCESS_KEY and HESTIA_SECRET_KEY to them.' >&2
  did 'Made an access key.' "$HESTIA/bin/v-delete-access-key $(rekey_key)"
fi

# 5. For a panel with a self-signed certificate: the pin.
certificate=$HESTIA/ssl/certificate.crt
if ! fingerprint=$(openssl x509 -in $certificate -noout -fingerprint -sha256 2> /dev/null); then
  echo "The panel is set up, but $certificate contains no readable certificate." >&2
  exit 1
elif openssl verify -untrusted $certificate $certificate > /dev/null 2>&1; then
  echo 'An authority signed the certificate: leave HESTIA_CERT_SHA256 unset.' >&2
else
  echo 'No authority that this host trusts signed the certificate. This pins it, until the panel renews it:' >&2
  echo "HESTIA_CERT_SHA256=\${fingerprint#*=}"
fi
)
`
}
