"""Writes the seccomp filter that systemd would make of a unit's SystemCallFilter and RestrictAddressFamilies.

Usage: unit_filter.py UNIT >FILTER
"""

import errno
import socket
import subprocess
import sys

import seccomp


def values(unit, name):
    with open(unit) as lines:
        return [line.strip().split("=", 1)[1] for line in lines if line.startswith(name + "=")]


def expand(name):
    """A group of systemd's, down to the calls in it."""
    if not name.startswith("@"):
        return {name}
    listing = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    members = [line.strip() for line in listing.stdout.splitlines()[1:]]
    return set().union(*(expand(member) for member in members if not member.startswith("#")))


def main(unit):
    allowed = set()
    for value in values(unit, "SystemCallFilter"):
        names = set().union(*(expand(name) for name in value.lstrip("~").split()))
        allowed = allowed - names if value.startswith("~") else allowed | names
    assert allowed, "the unit has no SystemCallFilter"
    bpf = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for name in allowed - {"socket"}:
        try:
            bpf.add_rule(seccomp.ALLOW, name)
        except RuntimeError:
            pass  # a call of another architecture
    for family in values(unit, "RestrictAddressFamilies")[0].split():
        bpf.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, int(getattr(socket, family))))
    bpf.export_bpf(sys.stdout.buffer)


main(sys.argv[1])
