"""Reading a system-call trace: which addresses did a process and its children reach for?"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

#: Follow children; stop them at the calls of interest only (a filter in the kernel).
_QUICK = ("-f", "--seccomp-bpf")
#: Every call by which a process can name a peer.
CALLS = "connect,sendto,sendmsg,sendmmsg"
_ADDRESS = re.compile(
    r"sa_family=(?P<family>AF_\w+)"
    r"(?:.*?inet_addr\(\"(?P<v4>[^\"]+)\"\)|.*?inet_pton\(AF_INET6, \"(?P<v6>[^\"]+)\")?"
)
_NOT_NETWORK = {"AF_UNIX", "AF_NETLINK", "AF_UNSPEC"}


def wrapper(trace: Path) -> list[str]:
    """The command to run a program under, so that `trace` notes its calls and its children's."""
    return ["strace", *_QUICK, "-qq", "-s", "400", "-e", f"trace={CALLS},execve", "-o", str(trace)]


def can_trace() -> bool:
    """Whether this machine has strace and lets it work."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", *_QUICK, "-qq", "-o", "/dev/null", "true"], check=False)
    return tried.returncode == 0


def started(trace: Path) -> str:
    """The programs that were started, with their arguments, a line each."""
    lines = trace.read_text(errors="replace").splitlines()
    return "\n".join(line for line in lines if " execve(" in line and line.endswith("= 0"))


def peers(trace: Path) -> set[str]:
    """Network addresses named in the trace, loopback included."""
    found: set[str] = set()
    for line in trace.read_text(errors="replace").splitlines():
        match = _ADDRESS.search(line)
        if match is None or match["family"] in _NOT_NETWORK:
            continue
        found.add(match["v4"] or match["v6"] or match["family"])
    return found


def outside(trace: Path) -> set[str]:
    """Addresses beyond this machine."""
    return {peer for peer in peers(trace) if not peer.startswith("127.") and peer != "::1"}
