#!/usr/bin/env bash
# Checks what `npm run test:e2e` needs besides Node. Prints what is missing and how to get it, and fails if anything is.
# With --packages it only prints the Debian packages.
set -euo pipefail

# Debian keeps servers in a directory that isn't on an ordinary user's PATH.
PATH=$PATH:/usr/sbin

has_program() { command -v "$1"; }
has_php_module() { php -r "exit(extension_loaded('$1') ? 0 : 1);"; }
has_python_module() { /usr/bin/python3 -c "import $1"; }
has_file() { [ -r "$1" ]; }
has_php_fpm() { compgen -G '/usr/sbin/php-fpm*'; }

# Debian package, and how to check that it is installed.
requirements='
apache2-bin         has_program apache2
bubblewrap          has_program bwrap
caddy               has_program caddy
chromium            has_program chromium
chromium-headless-shell has_program chromium-headless-shell
curl                has_program curl
debootstrap         has_program debootstrap
docker-compose      has_program docker-compose
dovecot-imapd       has_file /usr/lib/dovecot/imap
exim4-daemon-light  has_program exim4
fail2ban            has_program fail2ban-regex
fonts-dejavu-core   has_file /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
fonts-droid-fallback has_file /usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf
fonts-noto-core     has_file /usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf
iproute2            has_program ip
lintian             has_program lintian
nginx               has_program nginx
openssl             has_program openssl
php-cli             has_program php
php-curl            has_php_module curl
php-fpm             has_php_fpm -
php-intl            has_php_module intl
php-mbstring        has_php_module mbstring
php-sqlite3         has_php_module pdo_sqlite
php-xml             has_php_module dom
prometheus          has_program promtool
python3             has_program python3
python3-systemd     has_file /usr/lib/python3/dist-packages/systemd/journal.py
python3-seccomp     has_python_module seccomp
redis-sentinel      has_program redis-sentinel
redis-server        has_program redis-server
roundcube-core      has_file /var/lib/roundcube/public_html/index.php
roundcube-plugins   has_file /usr/share/roundcube/plugins/password/password.php
roundcube-sqlite3   has_php_module pdo_sqlite
systemd-journal-remote has_program /lib/systemd/systemd-journal-remote
systemd             has_program systemd-analyze
whois               has_program mkpasswd
'

missing=()
while read -r package check what; do
  [ -n "$package" ] || continue
  if [ "${1:-}" = --packages ]; then
    echo "$package"
  elif ! "$check" "$what" >/dev/null 2>&1; then
    echo "Missing: $package" >&2
    missing+=("$package")
  fi
done <<<"$requirements"

if [ ${#missing[@]} -gt 0 ]; then
  echo "The tests with the real programs can't run. On Debian, get what is missing by" >&2
  echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
