#!/bin/bash
# boot.sh CHECKOUT SHARED: boots a panel's host in the caller's namespaces, and again after each reboot. Its root is this machine's
# with the files of root/ over it, and systemd starts its services. The folder SHARED is its /mnt, and names its control group.
set -euo pipefail
checkout=$1
shared=$2
node=$(command -v node)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
mount -t tmpfs tmpfs "$work"
mkdir "$work"/{upper,work,root,groups}
root=$work/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$root"
mount --bind "$shared" "$root/mnt"

ip link set lo up
ip link add host0 type veth peer name host1
ip address add 192.0.2.9/24 dev host0
ip address add 198.51.100.7/32 dev lo
ip link set host0 up
ip link set host1 up
hostname server.example.com

rm -rf "$root"/etc/dovecot/conf.d "$root"/etc/nginx/{conf.d,sites-enabled} "$root"/home "$root"/etc/roundcube/plugins
rm -rf "$root"/var/lib/roundcube/plugins/password "$root"/var/mail/* "$root"/etc/rekey "$root"/var/log/journal
# Start only the services below.
rm -rf "$root"/etc/systemd/system "$root"/usr/lib/systemd/{system-generators,system/*.target.wants} "$root"/usr/sbin/policy-rc.d
# The index of manual pages takes seconds at each installation.
rm -f "$root/var/lib/man-db/auto-update"
mkdir "$root/home"
cp -r "$here/root/." "$root/"
# Read-only, and after /home was removed, where the checkout may be.
mkdir -p "$root$checkout"
mount --bind "$checkout" "$root$checkout"
mount -o remount,bind,ro "$root$checkout"
printf '127.0.0.1 localhost\n192.0.2.9 server.example.com server\n' >"$root/etc/hosts"
echo server.example.com >"$root/etc/hostname"
# There is no name server: don't wait for one.
rm -f "$root/etc/resolv.conf"
echo 'options timeout:1 attempts:1' >"$root/etc/resolv.conf"
echo 'hestiamail:x:1999:1999::/:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'hestiamail:x:1999:' >>"$root/etc/group"
for version in "$root"/etc/php/*/fpm; do
  printf '[www]\nlisten = /run/php/www.sock\nlisten.owner = hestiamail\nlisten.group = www-data\nlisten.mode = 0660\nuser = hestiamail\ngroup = hestiamail\npm = ondemand\npm.max_children = 4\n' \
    >"$version/pool.d/www.conf"
done
# Like the panel's installation of Roundcube.
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
# The panel has signed its own.
mkdir "$root/usr/local/hestia/ssl"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=server.example.com \
  -addext subjectAltName=DNS:server.example.com,IP:127.0.0.1 \
  -keyout "$root/usr/local/hestia/ssl/certificate.key" -out "$root/usr/local/hestia/ssl/certificate.crt" 2>/dev/null
HESTIA=/usr/local/hestia chroot "$root" /usr/local/hestia/bin/v-rebuild-mail-domain alice example.org
HESTIA=/usr/local/hestia chroot "$root" /usr/local/hestia/bin/v-rebuild-web-domain alice password.example.org
printf 'info:info:alice:mail:/home/alice\nsales:sales:alice:mail:/home/alice\n' >"$root/home/alice/conf/mail/example.org/accounts"

wants=$root/etc/systemd/system/multi-user.target.wants
mkdir -p "$wants" "$root/etc/systemd/system/sockets.target.wants"
for unit in nginx dovecot fail2ban "$(cd "$root/lib/systemd/system" && ls php*-fpm.service | head -n 1)"; do
  ln -s "/lib/systemd/system/${unit%.service}.service" "$wants"
done
ln -s /usr/lib/systemd/system/{hestia,exim4}.service "$wants"
ln -s /lib/systemd/system/systemd-journald{,-dev-log}.socket "$root/etc/systemd/system/sockets.target.wants"
sed -i "s|%node%|$node|; s|%checkout%|$checkout|" "$root/usr/lib/systemd/system/hestia.service"

# Keep the control groups apart from those of this machine's own systemd.
mount -t cgroup2 cgroup2 "$work/groups"
group=$work/groups/${shared##*/}
mkdir "$group"
echo 0 >"$group/cgroup.procs"
while :; do
  unshare --mount --pid --cgroup --fork --kill-child "$here/start.sh" "$root" || true
done
