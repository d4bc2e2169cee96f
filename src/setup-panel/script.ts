/** What the panel is set up for. */
export interface PanelSetup {
  /** The commands that the key may run, and no other. */
  readonly commands: readonly string[]
  /** The address that the panel sees the service call from, in canonical form; undefined leaves a gap to be filled. */
  readonly address: string | undefined
  /** The name of the permission profile: letters, digits, `-` and `_`. */
  readonly profile: string
}

/** Where every panel is installed. */
const HESTIA = '/usr/local/hestia'

/** The file that scopes a key to commands (panel README, «The commands this service needs»). */
function profileLines({ commands }: PanelSetup): readonly string[] {
  return [`ROLE='admin'`, `COMMANDS='${commands.join(',')}'`]
}

/**
 * Shell commands for root on the panel's host. They may run again, change only what is missing, and can be pasted: a
 * subshell keeps an early exit from ending the shell they are pasted into.
 *
 * From Hestia's public source: `web/api/index.php` takes addresses one by one, everybody where the whole value is
 * `allow-all` or one address is `0.0.0.0`, and refuses access keys while `API_SYSTEM` is 0; `bin/v-change-sys-api enable api` sets it to 1; the administrator is `ROOT_USER`.
 */
export function panelScript(setup: PanelSetup): string {
  const { address = '', profile } = setup
  const file = `${HESTIA}/data/api/${profile}`
  return `# Sets a Hestia panel up for Rekey. For a root shell on the panel's host; it may run again.
(
set -eu
export HESTIA=${HESTIA}
# The address that the panel sees Rekey call from.
address='${address}'
stop() { echo "Nothing was done: $1" >&2; exit 1; }
setting() { sed -n "s/^$1='\\(.*\\)'\\$/\\1/p" "$HESTIA/conf/hestia.conf" | tail -n 1; }
[ "$(id -u)" = 0 ] || stop 'this is for root.'
[ -x $HESTIA/bin/v-add-access-key ] || stop "this host has no Hestia panel with access keys in $HESTIA."
case "$address" in
  0.0.0.0 | :: | *[!0-9A-Fa-f.:]*) address='' ;; # all hosts, or not an address
  *.*.*.* | *:*:*) ;;
  *) address='' ;;
esac
[ -n "$address" ] || stop 'put the address of the host of Rekey, and no more, between the quotes of address='

# 1. What the key may do: the commands that Rekey needs, and no other.
#    Undo: rm ${file}
mkdir -p $HESTIA/data/api
printf '%s\\n' ${profileLines(setup).map(quote).join(' ')} > ${file}

# 2. Who may call: this address joins the others.
#    Undo: ${undoAddress(setup.address ?? 'ADDRESS')}
allowed=$(setting API_ALLOWED_IP)
case ",$allowed," in
  *",$address,"*) ;;
  ,allow-all,) echo 'Every address may use the API of this panel (allow-all): better name those that do.' >&2 ;;
  *) $HESTIA/bin/v-change-sys-config-value API_ALLOWED_IP "\${allowed:+$allowed,}$address" ;;
esac

# 3. The API for access keys, if it is off.
#    Undo, if nothing else uses it: ${HESTIA}/bin/v-change-sys-config-value API_SYSTEM 0
case "$(setting API_SYSTEM)" in
  1 | 2) ;;
  *) $HESTIA/bin/v-change-sys-api enable api ;;
esac

# 4. The key, of the panel's administrator.
#    Undo: ${undoKey(profile)}
admin=$(setting ROOT_USER)
if grep -qsx "PERMISSIONS='${profile}'" $HESTIA/data/access-keys/*; then
  echo 'There is a key with this profile already: no other was made. "Undo" of step 4 deletes it.' >&2
else
  $HESTIA/bin/v-add-access-key "\${admin:-admin}" ${profile} rekey json
  echo 'Give Rekey these two as HESTIA_ACCESS_KEY and HESTIA_SECRET_KEY.' >&2
fi

# 5. For a panel with a self-signed certificate: what Rekey is to know it by.
openssl x509 -in $HESTIA/ssl/certificate.crt -noout -fingerprint -sha256 | sed 's/^.*=/HESTIA_CERT_SHA256=/'
)
`
}

function undoAddress(address: string): string {
  const allowed = `sed -n "s/^API_ALLOWED_IP='\\(.*\\)'$/\\1/p" ${HESTIA}/conf/hestia.conf`
  const others = `${allowed} | tr , '\\n' | grep -vxF '${address}' | paste -sd , -`
  return `${HESTIA}/bin/v-change-sys-config-value API_ALLOWED_IP "$(${others})"`
}

function undoKey(profile: string): string {
  const keys = `grep -lx "PERMISSIONS='${profile}'" ${HESTIA}/data/access-keys/*`
  return `for key in $(${keys}); do ${HESTIA}/bin/v-delete-access-key "\${key##*/}"; done`
}

/** A word of the shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
