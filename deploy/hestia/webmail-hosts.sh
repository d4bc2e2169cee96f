#!/bin/bash
# Has nginx serve Rekey at /password/ of every webmail host of a Hestia panel, and of none with --remove.
#
# The panel's templates for webmail end with an include of nginx.conf_* or nginx.ssl.conf_* in the directory of the mail
# domain. What stands there outlives rebuilds and upgrades of the panel, which write the hosts and the templates anew. A
# new mail domain has nothing there yet: run this again, from cron. nginx is left alone where nothing is new, and where
# it would not take the result all is as it was. A file that can't be written or removed, as one that is a link, is
# passed over and named, and the exit code is 1.
set -euo pipefail
# Nobody who may write in such a directory can have root write elsewhere, through a link.
set -o noclobber
# Cron looks for no servers.
PATH=$PATH:/usr/sbin

locations=/etc/nginx/conf.d/rekey.inc
line="include $locations;"
added=()
removed=()
failed=()

add() {
  if [ -e "$1" ]; then return; fi
  if echo "$line" >"$1"; then
    added+=("$1")
  else
    failed+=("$1")
    # Half a file would be taken for a whole one.
    [ -L "$1" ] || rm -f "$1"
  fi
}

remove() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return; fi
  if [ ! -L "$1" ] && rm "$1"; then removed+=("$1"); else failed+=("$1"); fi
}

if [ "${1:-}" != --remove ] && [ ! -r "$locations" ]; then
  echo "There is no $locations: copy rekey.inc there first." >&2
  exit 1
fi

for domain in /home/*/conf/mail/*/; do
  [ -d "$domain" ] || continue
  for file in "$domain"nginx.conf_rekey "$domain"nginx.ssl.conf_rekey; do
    if [ "${1:-}" = --remove ]; then remove "$file"; else add "$file"; fi
  done
done

if [ ${#added[@]} -gt 0 ] || [ ${#removed[@]} -gt 0 ]; then
  if ! fault=$(nginx -t 2>&1); then
    for file in "${added[@]}"; do rm "$file"; done
    for file in "${removed[@]}"; do echo "$line" >"$file"; done
    echo "nginx does not take it, so nothing was changed: $fault" >&2
    exit 1
  fi
  systemctl reload nginx
  echo "Webmail hosts: ${#added[@]} files added, ${#removed[@]} removed."
fi

if [ ${#failed[@]} -gt 0 ]; then
  printf 'Passed over, mend by hand: %s\n' "${failed[@]}" >&2
  exit 1
fi
