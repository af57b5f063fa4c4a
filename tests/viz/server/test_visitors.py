"""Counts of each address: a class behind one address gets in, no address takes what the others need."""

from __future__ import annotations

import asyncio

from political_moat.viz.server.visitors import ADDRESSES, CONNECTIONS_PER_PAGE, PAGES, Turns, Visitors, place_of

CLASS = 40
CONNECTIONS_WHILE_LOADING = 7
"""Six of HTTP and one WebSocket: what a browser opens at most to one server."""


class Connection:
    """A connection that knows whether the server has ended it."""

    ended = False

    def abort(self) -> None:
        self.ended = True


def opened(visitors: Visitors, place: str, count: int, *, at_work: bool) -> list[Connection]:
    """Return the connections of an address that got in, of so many that were tried."""
    admitted = []
    for _ in range(count):
        connection = Connection()
        if visitors.connections.connect(place, connection):
            admitted.append(connection)
            if at_work:
                visitors.connections.work(connection)
    return admitted


def test_a_class_of_forty_behind_one_address_gets_in_with_two_pages_each() -> None:
    visitors = Visitors()
    wanted = CLASS * CONNECTIONS_WHILE_LOADING
    assert len(opened(visitors, "192.0.2.1", wanted, at_work=True)) == wanted
    assert all(visitors.open_socket("192.0.2.1", f"kernel-{page}") for page in range(2 * CLASS))


def test_an_address_that_holds_all_it_can_leaves_room_for_a_class() -> None:
    visitors = Visitors()
    greedy = opened(visitors, "192.0.2.66", 10_000, at_work=True)
    assert len(greedy) == CONNECTIONS_PER_PAGE * PAGES
    assert sum(visitors.open_socket("192.0.2.66", f"greedy-{page}") for page in range(10_000)) == PAGES
    assert not visitors.admits_page("192.0.2.66")
    for student in range(CLASS + 1):
        address = f"192.0.2.{100 + student}"
        assert len(opened(visitors, address, CONNECTIONS_WHILE_LOADING, at_work=True)) == CONNECTIONS_WHILE_LOADING
        assert visitors.admits_page(address)
        assert visitors.open_socket(address, f"student-{student}")
    assert not any(connection.ended for connection in greedy)


def test_a_full_address_loses_its_longest_idle_connection_and_keeps_those_at_work() -> None:
    visitors = Visitors(pages=1)
    work, *idle = opened(visitors, "a", CONNECTIONS_PER_PAGE, at_work=False)
    visitors.connections.work(work)
    idle = [*idle[1:], idle[0]]
    visitors.connections.work(idle[-1])
    visitors.connections.rest(idle[-1])  # answered just now, so it is the last to go
    for number, oldest in enumerate(idle):
        assert len(opened(visitors, "a", 1, at_work=True)) == 1
        assert [one.ended for one in idle] == [True] * (number + 1) + [False] * (len(idle) - number - 1)
        assert oldest.ended
    assert opened(visitors, "a", 1, at_work=True) == []
    assert not work.ended
    visitors.connections.disconnect(work)
    assert len(opened(visitors, "a", 1, at_work=True)) == 1


def test_a_full_server_takes_an_idle_connection_from_the_address_with_the_most() -> None:
    visitors = Visitors(pages=1)
    most = visitors.connections.most
    assert most == ADDRESSES * CONNECTIONS_PER_PAGE
    greedy = opened(visitors, "greedy", CONNECTIONS_PER_PAGE, at_work=False)
    others = [opened(visitors, f"192.0.2.{number}", 1, at_work=False)[0] for number in range(most - len(greedy))]
    assert len(visitors.connections) == most
    students = [opened(visitors, f"student-{number}", 1, at_work=True) for number in range(len(greedy) - 1)]
    assert all(students)
    assert [one.ended for one in greedy] == [True] * (len(greedy) - 1) + [False]
    assert not any(one.ended for one in others)
    assert len(visitors.connections) == most


def test_a_server_full_of_connections_at_work_refuses_a_new_one() -> None:
    visitors = Visitors(pages=2)
    held = [opened(visitors, f"192.0.2.{number}", 1, at_work=True) for number in range(100)]
    assert sum(map(len, held)) == visitors.connections.most == ADDRESSES * CONNECTIONS_PER_PAGE * 2
    assert sum(visitors.open_socket(f"192.0.2.{number}", f"kernel-{number}") for number in range(100)) == ADDRESSES * 2


def test_what_is_closed_is_given_back() -> None:
    alive = {"first", "second"}
    visitors = Visitors(pages=2, is_alive=lambda kernel: kernel in alive)
    assert visitors.open_socket("a", "first")
    assert visitors.open_socket("a", "second")
    assert not visitors.open_socket("a", "third")
    visitors.close_socket("first")
    assert not visitors.open_socket("a", "third")  # its kernel still takes memory
    alive.remove("first")
    assert visitors.open_socket("a", "third")
    held = opened(visitors, "a", CONNECTIONS_PER_PAGE * 2, at_work=True)
    assert not visitors.connections.connect("a", Connection())
    for connection in (held[0], held[0]):  # a second end is no news
        visitors.connections.disconnect(connection)
    assert visitors.connections.connect("a", Connection())
    for connection in held:
        visitors.connections.disconnect(connection)
    assert len(visitors.connections) == 1


def test_a_page_reconnects_but_not_without_end() -> None:
    visitors = Visitors(pages=1)
    assert [visitors.open_socket("a", "kernel") for _ in range(5)] == [True, True, True, False, False]
    visitors.close_socket("kernel")
    assert visitors.open_socket("b", "kernel")


def test_an_ipv6_network_is_one_address_and_a_mapped_address_is_ipv4() -> None:
    assert place_of("2001:db8::1") == place_of("2001:db8::ffff:1:2:3") != place_of("2001:db8:0:1::1")
    assert place_of("::ffff:192.0.2.1") == place_of("192.0.2.1") != place_of("192.0.2.2")
    assert place_of("fe80::1%eth0") == place_of("fe80::2")
    assert place_of("") == ""


def test_requests_of_an_address_wait_for_each_other_and_not_for_those_of_others() -> None:
    async def run() -> tuple[int, bool]:
        turns, at_work, most = Turns(3), 0, 0
        finish = asyncio.Event()

        async def request(address: str) -> None:
            nonlocal at_work, most
            async with turns.turn(address):
                if address == "greedy":
                    at_work += 1
                    most = max(most, at_work)
                    await finish.wait()
                    at_work -= 1

        greedy = [asyncio.create_task(request("greedy")) for _ in range(20)]
        while at_work < 3:  # from 3.12 on, wait_for below starts no task and gives the others no turn
            await asyncio.sleep(0)
        await asyncio.wait_for(request("other"), 5)
        waiting = [task.done() for task in greedy]
        finish.set()
        await asyncio.gather(*greedy)
        return most, any(waiting)

    assert asyncio.run(run()) == (3, False)
