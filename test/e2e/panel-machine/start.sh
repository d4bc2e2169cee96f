#!/bin/bash
# Starts systemd as process 1 of the host in the folder ROOT: start.sh ROOT.
set -euo pipefail
mount --make-rprivate /
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for folder in dev run; do mount -t tmpfs tmpfs "$folder"; done
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/{pts,shm} run/{php,lock}
chmod 1777 dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mkdir -p run/former
pivot_root . run/former
exec env -i container=test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HESTIA=/usr/local/hestia \
  bash -c 'umount -l /run/former; mount --make-rshared /; exec /lib/systemd/systemd --system --unit=multi-user.target --log-target=journal'
