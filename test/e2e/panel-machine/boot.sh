#!/bin/bash
# Makes a host of a panel out of this machine, for whoever runs this in namespaces of its own: a root that is a copy of
# the machine's, with what stands in root/ put over it, an address, and the services of a panel. Then it waits.
# boot.sh CHECKOUT SHARED: SHARED is a folder that both sides see, as /mnt inside.
set -euo pipefail
checkout=$1
shared=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
root=$work/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$root"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
chmod 1777 "$root/tmp"
mkdir -p "$root$checkout"
mount --bind "$checkout" "$root$checkout"
mount --bind "$shared" "$root/mnt"

ip link set lo up
ip link add host0 type veth peer name host1
ip address add 192.0.2.9/24 dev host0
ip link set host0 up
ip link set host1 up
hostname server.example.com

rm -rf "$root"/etc/dovecot/conf.d "$root"/etc/nginx/{conf.d,sites-enabled} "$root"/home "$root"/etc/roundcube/plugins
rm -rf "$root"/var/lib/roundcube/plugins/password "$root"/var/mail/* "$root"/etc/rekey
mkdir "$root/home" "$root/run/php" "$root/run/lock"
cp -r "$here/root/." "$root/"
printf '127.0.0.1 localhost\n192.0.2.9 server.example.com server\n' >"$root/etc/hosts"
echo server.example.com >"$root/etc/hostname"
# Nothing answers here: nobody shall wait for it.
rm -f "$root/etc/resolv.conf"
echo 'options timeout:1 attempts:1' >"$root/etc/resolv.conf"
echo 'hestiamail:x:1999:1999::/:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'hestiamail:x:1999:' >>"$root/etc/group"
printf '#!/bin/sh\nNODE_EXTRA_CA_CERTS=/etc/ssl/authority.pem exec node %s/dist/main.js "$@"\n' "$checkout" >"$root/usr/bin/rekey"
chmod +x "$root/usr/bin/rekey"
for version in "$root"/etc/php/*/fpm; do
  printf '[www]\nlisten = /run/php/www.sock\nlisten.owner = hestiamail\nlisten.group = www-data\nlisten.mode = 0660\nuser = hestiamail\ngroup = hestiamail\npm = ondemand\npm.max_children = 4\n' \
    >"$version/pool.d/www.conf"
done
# Roundcube as the panel installs it.
cp -rL "$root/usr/share/roundcube/plugins/password" "$root/var/lib/roundcube/plugins/password"
# The panel's own driver verifies no certificate.
sed 's/CURLOPT_CAINFO => .*/CURLOPT_SSL_VERIFYPEER => false, CURLOPT_SSL_VERIFYHOST => 0,/' "$here/../drivers/hestia.php" \
  >"$root/var/lib/roundcube/plugins/password/drivers/hestia.php"
ln -sfn /etc/roundcube/plugins/password/config.inc.php "$root/var/lib/roundcube/plugins/password/config.inc.php"
mkdir -p "$root/var/log/roundcube" "$root/var/log/nginx"
chown -R 1999 "$root"/etc/roundcube "$root"/var/log/roundcube "$root"/var/lib/roundcube/{plugins/password,temp}

# The authority that this machine trusts.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj '/CN=Example Authority' \
  -keyout "$root/etc/ssl/authority.key" -out "$root/etc/ssl/authority.pem" 2>/dev/null
cat "$root/etc/ssl/authority.pem" >>"$root/etc/ssl/certs/ca-certificates.crt"

cd "$root"
# From here on, all is inside.
exec chroot "$root" /bin/bash -euo pipefail -s "$checkout" <<'INSIDE'
export HESTIA=/usr/local/hestia PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$1"
/usr/local/hestia/bin/v-rebuild-mail-domain alice example.org
printf 'info:info:alice:mail:/home/alice\nsales:sales:alice:mail:/home/alice\n' >/home/alice/conf/mail/example.org/accounts
node --import tsx test/e2e/panel-machine/services.ts &
while [ ! -e /mnt/panel-is-up ]; do sleep 0.05; done
"$(ls /usr/sbin/php-fpm* | head -n 1)" --daemonize
cd /
dovecot
# A daemon whose parent is process 1 stays in the foreground.
exim4 -bd &
nginx
mkdir -p /run/fail2ban
fail2ban-server -b start >/dev/null
ip address add 198.51.100.7/32 dev lo
echo 'The machine is up.'
# Process 1 must wait for all that ends, so this shell stays.
sleep infinity &
wait
INSIDE
