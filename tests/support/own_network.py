"""A network that has nothing but loopback: the kernel counts whoever tries to reach another one."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

_NEW_NETWORK = 0x40000000
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41
_LISTENING = "0A"
#: Set aside for documentation (RFC 5737): nobody has it.
_NOBODY = ("203.0.113.1", 9)


class OwnNetwork:
    """Of the thread that made it, and of all processes that this thread starts.

    Raises:
        PermissionError: Only root may make one.
    """

    def __init__(self) -> None:
        if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK):
            raise PermissionError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            up = struct.pack("16sh", b"lo", _UP_AND_RUNNING)
            fcntl.ioctl(any_socket, _SET_FLAGS, up)
            assert any_socket.connect_ex(_NOBODY)
        self._own = _no_routes()
        assert self._own == 1  # what was just tried: it counts

    def calls_out(self) -> int:
        """Return how often a process tried to reach another machine, by name or by address."""
        return _no_routes() - self._own

    def listeners(self) -> list[IPv4Address | IPv6Address]:
        """Return the addresses at which processes listen."""
        rows = [
            row.split()
            for table in ("tcp", "tcp6")
            for row in Path(f"/proc/thread-self/net/{table}").read_text().splitlines()[1:]
        ]
        return [_address(row[1].partition(":")[0]) for row in rows if row[3] == _LISTENING]


def in_own_network(run: Callable[[OwnNetwork | None], None]) -> None:
    """Call a function in a thread with a network of its own; with None where that can't be had."""
    raised: list[BaseException] = []

    def in_thread() -> None:
        try:
            try:
                network = OwnNetwork()
            except PermissionError:
                network = None
            run(network)
        except BaseException as error:  # for the thread that waits
            raised.append(error)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def is_loopback(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether only this machine reaches an address."""
    inner = getattr(address, "ipv4_mapped", None)
    return (inner or address).is_loopback


def _no_routes() -> int:
    names, values = (
        line.split()
        for line in Path("/proc/thread-self/net/snmp").read_text().splitlines()
        if line.startswith("Ip:")
    )
    newer = dict(
        line.split() for line in Path("/proc/thread-self/net/snmp6").read_text().splitlines()
    )
    return int(values[names.index("OutNoRoutes")]) + int(newer["Ip6OutNoRoutes"])


def _address(shown: str) -> IPv4Address | IPv6Address:
    # The kernel shows words of four bytes as this machine reads them.
    words = struct.pack(f"={len(shown) // 8}I", *(int(shown[at : at + 8], 16) for at in
                                                   range(0, len(shown), 8)))  # fmt: skip
    return ip_address(words)
