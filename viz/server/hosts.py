"""Names of this server: which Host and Origin headers it accepts, who is the teacher, the addresses that it prints."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from collections.abc import Iterable
from typing import NamedTuple

from ...experiments.errors import UserError

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
EVERY = ("::", "0.0.0.0")
"""Stand for all addresses of this machine."""
BACKLOG = 256
"""Connections that wait for the server to accept them."""
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


def normalised(name: str) -> str:
    """Return a host name in lower case, or an address in its short form; empty for what is neither."""
    name = name.lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name if _NAME.fullmatch(name) else ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def host_of(header: str) -> str:
    """Return the normalised name of a Host header without its port; empty for an invalid header."""
    match = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](:\d{1,5})?|([^:\[\]@/\\?#\s]+)(:\d{1,5})?", header)
    return normalised(match[1] or match[3]) if match else ""


class Names(NamedTuple):
    """The names that a server answers to, besides the address that a connection arrives at.

    proxied: those of --allow-host. A proxy may send another Host than the browser sees.
    """

    names: frozenset[str]
    proxied: frozenset[str] = frozenset()

    def accept(self, host: str, arrived_at: str) -> bool:
        """Return whether a Host header names this server. A foreign name is DNS rebinding.

        arrived_at: the server's own address of the connection.
        """
        name = host_of(host)
        return bool(name) and (name in self.names or name in self.proxied or name == normalised(arrived_at))

    def accept_origin(self, origin: str, host: str) -> bool:
        """Return whether an Origin header is that of our own page. Browsers always send it with a WebSocket."""
        scheme, _, place = origin.partition("://")
        if scheme not in ("http", "https"):
            return False
        return place.lower() == host.lower() or host_of(place) in self.proxied


class Teacher(NamedTuple):
    """Who is the teacher: somebody at the machine of the server, or who knows the key that `moat view` prints.

    key: empty if no key is accepted. proxied: behind a proxy every visitor seems to sit at this machine.
    """

    key: str = ""
    proxied: bool = False

    def is_at(self, client: str, server: str) -> bool:
        """Return whether a connection comes from the machine of the server. client, server: its two addresses."""
        if self.proxied or not client:
            return False
        try:
            return client == server or ipaddress.ip_address(client.partition("%")[0]).is_loopback
        except ValueError:
            return False

    def allows(self, client: str, server: str, key: str) -> bool:
        """Return whether a request comes from the teacher."""
        knows = bool(self.key) and secrets.compare_digest(key.encode(), self.key.encode())
        return knows or self.is_at(client, server)


def names_of(host: str, allowed: Iterable[str]) -> Names:
    """Return the names of a server that listens on `host`. Raises UserError for an impossible --allow-host."""
    names = LOCAL | ({normalised(host)} if host not in EVERY else set())
    if normalised(host) not in LOCAL:
        own = normalised(socket.gethostname())
        names |= {own, f"{own.removesuffix('.local')}.local"} if own else set()
    proxied = [(name, host_of(f"[{name}]" if ":" in name else name)) for name in allowed]
    for name, accepted in proxied:
        if not accepted:
            raise UserError(f"--allow-host {name[:80]!r} is not possible; allowed: a host name without scheme and port")
    return Names(names, frozenset(accepted for _, accepted in proxied))


def check_root_path(prefix: str) -> str:
    """Return a prefix of addresses, such as /moat. Raises UserError for an impossible one."""
    if prefix and not _PREFIX.fullmatch(prefix):
        raise UserError(
            f"--root-path {prefix[:80]!r} is not possible; allowed: a path such as /moat, without a slash at its end"
        )
    return prefix


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; `::` accepts IPv4 too where the system can. Raises UserError if it is impossible."""
    if not 1 <= port <= 65535:
        raise UserError(f"--port {port} is not possible; allowed: 1 to 65535")
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError as error:
            raise UserError(
                f"--host {host} is not possible; allowed: localhost or an address of this machine"
            ) from error
    try:
        if ":" not in host:
            return socket.create_server((host, port), backlog=BACKLOG)
        both = host == "::" and socket.has_dualstack_ipv6()
        place = socket.getaddrinfo(host, port, socket.AF_INET6, socket.SOCK_STREAM)[0][4]
        return socket.create_server(place, family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=both)
    except OSError as error:
        raise UserError(f"port {port} on {host} cannot be used ({error.strerror}); choose another --port") from error


def address(host: str, port: int, path: str = "/") -> str:
    """Return an address to type into a browser of this machine; an IPv6 host gets its brackets."""
    name = "localhost" if host in EVERY else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}{path}"


def outer_hosts(host: str) -> list[str]:
    """Return the addresses of this machine that others may reach, if `host` stands for all; else an empty list."""
    if host not in EVERY:
        return []
    import psutil

    families = (socket.AF_INET, socket.AF_INET6) if host == "::" else (socket.AF_INET,)
    entries = [entry for interface in psutil.net_if_addrs().values() for entry in interface]
    own = [ipaddress.ip_address(normalised(entry.address)) for entry in entries if entry.family in families]
    # Link-local addresses need the name of an interface, which browsers do not accept.
    outer = dict.fromkeys(str(place) for place in own if not place.is_loopback and not place.is_link_local)
    return sorted(outer, key=lambda name: ":" in name)


def class_addresses(header: str, scheme: str, host: str, port: int, root_path: str, names: Names) -> list[str]:
    """Return the addresses that students can open, the surest first; empty if the server admits this machine only.

    header: the Host of a request; host: what the server listens on. A name of --allow-host is the public one.
    """
    path = f"{root_path}/"
    if host_of(header) in names.proxied:
        return [f"{scheme}://{header}{path}"]
    if normalised(host) in LOCAL:
        return []
    return [address(name, port, path) for name in outer_hosts(host) or ([host] if host not in EVERY else [])]
