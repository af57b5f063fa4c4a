"""Names of the server: own names with and without brackets and ports, foreign ones, proxies, printed addresses."""

from __future__ import annotations

import socket

import pytest

from political_moat.experiments.errors import UserError
from political_moat.viz.server import hosts
from political_moat.viz.server.hosts import address, check_root_path, host_of, listen, names_of, outer_hosts


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8765", "localhost"),
        ("laptop.local.:80", "laptop.local"),
        ("127.0.0.1:8765", "127.0.0.1"),
        ("[::1]:8765", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[2001:DB8::A]:80", "2001:db8::a"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
        ("[fe80::1%25eth0]", ""),
        ("", ""),
        ("::1", ""),
        ("[::1", ""),
        ("[evil.example]", ""),
        ("localhost:8765@evil.example", ""),
        ("evil.example/localhost", ""),
        ("local host", ""),
        ("localhost:99999999", ""),
        ("a" * 300, ""),
    ],
)
def test_the_name_of_a_host_header(header: str, name: str) -> None:
    assert host_of(header) == name


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "::", "0.0.0.0", "192.0.2.10"])
def test_a_server_answers_to_its_own_names_only(host: str) -> None:
    names = names_of(host, ())
    arrived_at = {"::": "::ffff:192.0.2.7", "0.0.0.0": "192.0.2.7"}.get(host, host)
    for own in ("localhost:1", "127.0.0.1", "[::1]:1", f"[{arrived_at}]:1" if ":" in arrived_at else arrived_at):
        assert names.accept(own, arrived_at), own
    for foreign in ("evil.example", "evil.example:8765", "localhost.evil.example", "192.0.2.99", "[2001:db8::1]", ""):
        assert not names.accept(foreign, arrived_at), foreign


def test_a_server_of_a_network_answers_to_the_name_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Laptop.local")
    assert names_of("0.0.0.0", ()).accept("laptop.local:8765", "192.0.2.7")
    monkeypatch.setattr(socket, "gethostname", lambda: "laptop")
    assert names_of("::", ()).accept("laptop", "2001:db8::7")
    assert names_of("::", ()).accept("laptop.local", "2001:db8::7")
    assert not names_of("127.0.0.1", ()).accept("laptop", "127.0.0.1")
    for every in ("0.0.0.0", "[::]"):
        assert not names_of("::", ()).accept(every, "192.0.2.7")


def test_a_proxy_adds_its_names_and_their_origins() -> None:
    names = names_of("127.0.0.1", ("Moat.Example.org", "2001:db8::5"))
    assert names.accept("moat.example.org", "127.0.0.1")
    assert names.accept("[2001:db8::5]:443", "127.0.0.1")
    assert names.accept_origin("https://moat.example.org", "127.0.0.1:8765")
    assert names.accept_origin("http://127.0.0.1:8765", "127.0.0.1:8765")


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://127.0.0.1:9999", "null", "file://", "chrome-extension://x", "http://[", "http://"],
)
def test_a_foreign_origin_is_refused(origin: str) -> None:
    assert not names_of("127.0.0.1", ("moat.example.org",)).accept_origin(origin, "127.0.0.1:8765")


@pytest.mark.parametrize("name", ["", "http://a", "a/b", "a:80", "a b", "*", "a" * 300])
def test_an_impossible_name_of_a_proxy_is_a_one_line_error(name: str) -> None:
    with pytest.raises(UserError, match="allowed: a host name without scheme and port") as caught:
        names_of("127.0.0.1", (name,))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("prefix", ["moat", "/", "/a/", "//a", "/a//b", "/a/../b", "/a b", "/<b>", "https://a/b"])
def test_an_impossible_prefix_is_a_one_line_error(prefix: str) -> None:
    with pytest.raises(UserError, match="allowed: a path such as /moat"):
        check_root_path(prefix)


def test_prefixes_of_one_and_more_parts_are_possible() -> None:
    assert [check_root_path(prefix) for prefix in ("", "/moat", "/a/b-c.d")] == ["", "/moat", "/a/b-c.d"]


def test_printed_addresses_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert address("127.0.0.1", 8765) == "http://127.0.0.1:8765/"
    assert address("::1", 8765, "/results") == "http://[::1]:8765/results"
    assert address("::", 80) == address("0.0.0.0", 80) == "http://localhost:80/"
    entries = [("AF_INET", "127.0.0.1"), ("AF_INET", "192.0.2.7"), ("AF_INET6", "fe80::1%eth0")]
    entries += [("AF_INET6", "::1"), ("AF_INET6", "2001:db8::7")]
    interfaces = {
        "eth0": [type("Entry", (), {"family": getattr(socket, family), "address": own}) for family, own in entries]
    }
    monkeypatch.setattr("psutil.net_if_addrs", lambda: interfaces)
    assert outer_hosts("::") == ["192.0.2.7", "2001:db8::7"]
    assert outer_hosts("0.0.0.0") == ["192.0.2.7"]
    assert outer_hosts("127.0.0.1") == []


def test_a_used_port_is_a_one_line_error_and_both_families_share_the_unspecified_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        with pytest.raises(UserError, match=rf"port {port} on 127.0.0.1 cannot be used"):
            listen("127.0.0.1", port)
    with listen("::", port) as listening:
        assert listening.family == socket.AF_INET6
        for host in ("::1", *(("127.0.0.1",) if socket.has_dualstack_ipv6() else ())):
            socket.create_connection((host, port), timeout=5).close()


def test_the_host_of_a_log_or_a_name_may_not_hold_control_characters() -> None:
    assert host_of("local\thost") == hosts.normalised("a\nb") == ""
