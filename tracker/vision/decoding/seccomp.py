"""Forbid system calls that decoding a picture never needs (Linux, x86-64 and AArch64).

A classic BPF program (seccomp(2), `struct seccomp_data`) answers them with EPERM: sockets, other
programs, other processes, and every change of a file. Reading files stays possible, since
libraries load parts late; what is read cannot be sent anywhere.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import sys
from dataclasses import dataclass
from typing import Final

_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER: Final = 1
#: All threads of the process, not only the one that calls.
_FLAG_TSYNC: Final = 1
_ERRNO: Final = 0x00050000 | errno.EPERM
_ALLOW: Final = 0x7FFF0000
# Opcodes: load a 32-bit word; jump if equal, greater or equal, any bit set; return.
_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Offsets in `struct seccomp_data`: the call's number, the architecture, the arguments' low words.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
#: O_WRONLY, O_RDWR, O_CREAT, O_TRUNC.
_WRITING: Final = 0x1 | 0x2 | 0x40 | 0x200
#: From here on x86-64 numbers mean the x32 calls.
_X32: Final = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    """audit: AUDIT_ARCH of linux/audit.h. opens: number of a call that opens, index of its flags.

    denied: socket, connect; execve, execveat, fork, vfork, kill, ptrace, process_vm_readv and
    _writev, bpf, io_uring_setup; openat2, creat, truncate, unlink*, rename*, mkdir*, rmdir,
    link*, symlink*, chmod*, chown*, mknod*, mount.
    """

    audit: int
    seccomp: int
    opens: tuple[tuple[int, int], ...]
    denied: tuple[int, ...]


_MACHINES: Final = {
    "x86_64": _Machine(
        audit=0xC000003E,
        seccomp=317,
        opens=((2, 1), (257, 2)),
        denied=(
            *(41, 42),
            *(59, 322, 57, 58, 62, 101, 310, 311, 321, 425),
            *(437, 85, 76, 87, 263, 82, 264, 316, 83, 258, 84, 86, 265, 88, 266),
            *(90, 268, 452, 92, 94, 260, 133, 259, 165),
        ),
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        seccomp=277,
        opens=((56, 2),),
        denied=(
            *(198, 203),
            *(221, 281, 129, 117, 270, 271, 280, 425),
            *(437, 45, 35, 38, 276, 34, 37, 36, 53, 452, 54, 33, 40),
        ),
    ),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("code", ctypes.POINTER(_Instruction)))


def forbid() -> bool:
    """Install the filter for good; False where this system has none or does not allow it."""
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if machine is None or sys.maxsize < 2**32:
        return False
    lines = [_Instruction(*line) for line in _filter(machine)]
    code = (_Instruction * len(lines))(*lines)
    program = _Program(len(lines), ctypes.cast(code, ctypes.POINTER(_Instruction)))
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        arguments = (machine.seccomp, _SET_MODE_FILTER, _FLAG_TSYNC, ctypes.byref(program))
        return bool(libc.syscall(*arguments) == 0)
    except (OSError, AttributeError):
        return False


def _filter(machine: _Machine) -> list[tuple[int, int, int, int]]:
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _ERRNO),
        (_LOAD, 0, 0, _NUMBER),
        (_ABOVE, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO),
    ]
    for number in machine.denied:
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO)]
    for number, flags in machine.opens:
        lines += [
            (_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _ARGUMENTS + 8 * flags),
            (_ANY_BIT, 0, 1, _WRITING),
            (_RETURN, 0, 0, _ERRNO),
            (_RETURN, 0, 0, _ALLOW),
        ]
    lines.append((_RETURN, 0, 0, _ALLOW))
    return lines
