"""What this process and its helpers listen on and are connected to, read from the system now."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psutil

from tracker import resources


@dataclass(frozen=True, slots=True)
class Reading:
    """Network sockets of this process and those it started, at one moment.

    listening: addresses with ports that accept connections. local: connections whose other end is
    this machine. outside: addresses of other machines that something is connected to, or that it
    could be reached from. complete: False where the system did not tell of every process.
    """

    read_at: datetime
    processes: int
    listening: tuple[str, ...]
    local: int
    outside: tuple[str, ...]
    complete: bool

    @property
    def is_silent(self) -> bool:
        """Everything was read, and nothing of it leads beyond this machine."""
        return self.complete and not self.outside


@dataclass(frozen=True, slots=True)
class TracedTest:
    """When every system call of every command was last watched, and with which version."""

    tested_on: date
    program: str
    commands: int


def read_sockets() -> Reading:
    """Look at the sockets of this process and its children."""
    own = psutil.Process()
    family, complete = [own], True
    try:
        family += own.children(recursive=True)
    except psutil.Error:
        complete = False
    found: list[tuple[str | None, str | None]] = []
    for process in family:
        try:
            for each in process.net_connections(kind="inet"):
                here = f"{each.laddr.ip}:{each.laddr.port}" if each.laddr else None
                there = each.raddr.ip if each.raddr else None
                found.append((here, there))
        except psutil.NoSuchProcess:
            continue  # it has ended, and its sockets with it
        except psutil.Error:
            complete = False
    return _sorted(found, len(family), complete)


def _sorted(
    found: Iterable[tuple[str | None, str | None]], processes: int, complete: bool
) -> Reading:
    listening, outside, local = set(), set(), 0
    for here, there in found:
        if there is not None:
            if is_this_machine(there):
                local += 1
            else:
                outside.add(there)
        elif here is not None:
            listening.add(here)
            if not is_this_machine(here.rpartition(":")[0]):
                outside.add(here)
    return Reading(
        datetime.now(UTC),
        processes,
        tuple(sorted(listening)),
        local,
        tuple(sorted(outside)),
        complete,
    )


def is_this_machine(address: str) -> bool:
    """Whether an address is loopback; a socket open to every address is not."""
    with suppress(ValueError):
        known = ipaddress.ip_address(address.partition("%")[0])
        mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
        return (mapped or known).is_loopback
    return False


def traced_test() -> TracedTest | None:
    """The last run of `tests/silence` that passed and was recorded; None without a record."""
    try:
        found = json.loads(resources.trace_record().read_text(encoding="utf-8"))
        return TracedTest(
            date.fromisoformat(found["tested_on"]), str(found["program"]), int(found["commands"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
