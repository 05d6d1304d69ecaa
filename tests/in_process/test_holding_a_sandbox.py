"""``inbox_mock`` as a context manager and over a function, several at once, and what it cannot be asked for."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
import requests
from requests.adapters import HTTPAdapter

from builders import JSON, a_scenario
from inbox_mock.client import AdminError, SandboxClient
from inbox_mock.testing import SandboxInProcess, inbox_mock

API = "https://www.bookingsync.com/api/v3"


def rentals(token: str, url: str = API) -> list[str]:
    """The names of the rentals that a client sees."""
    answer = requests.get(f"{url}/rentals", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert answer.status_code == 200, answer.content
    return [rental["name"] for rental in answer.json()["rentals"]]


def with_rental(name: str) -> JSON:
    return a_scenario(rentals=[{"id": 16, "name": name, "timezone": "Europe/Paris"}])


def test_a_function_is_handed_the_sandbox() -> None:
    @inbox_mock(with_rental("Chalet"))
    def names(sandbox: SandboxClient) -> list[str]:
        return rentals(sandbox.token)

    assert names() == ["Chalet"]


def test_a_function_without_such_an_argument_is_called_as_it_is() -> None:
    @inbox_mock("agency")
    def names(token: str) -> int:
        return len(rentals(token))

    assert names("demo") > 0


def test_a_method_is_handed_the_sandbox() -> None:
    class Names:
        @inbox_mock(with_rental("Chalet"))
        def of(self, number: int, *, sandbox: SandboxClient) -> str:
            return rentals(sandbox.token)[number]

    assert Names().of(0) == "Chalet"


def test_a_coroutine_holds_the_sandbox_until_it_ends() -> None:
    @inbox_mock(with_rental("Chalet"))
    async def names(sandbox: SandboxClient) -> list[str]:
        await asyncio.sleep(0)
        return rentals(sandbox.token)

    assert asyncio.run(names()) == ["Chalet"]


def test_a_generator_holds_the_sandbox_until_it_ends() -> None:
    @inbox_mock(with_rental("Chalet"))
    def names(sandbox: SandboxClient) -> Iterator[list[str]]:
        yield rentals(sandbox.token)
        yield rentals(sandbox.token)

    assert inspect.isgeneratorfunction(names), "pytest must see a fixture that yields"
    assert list(names()) == [["Chalet"]] * 2


def test_an_asynchronous_generator_does_too() -> None:
    @inbox_mock(with_rental("Chalet"))
    async def names(sandbox: SandboxClient) -> AsyncIterator[list[str]]:
        yield rentals(sandbox.token)

    async def collected() -> list[list[str]]:
        return [found async for found in names()]

    assert asyncio.run(collected()) == [["Chalet"]]


def test_a_class_is_refused() -> None:
    with pytest.raises(TypeError, match="TestNames is a class"):

        @inbox_mock()
        class TestNames:
            pass


def test_what_is_held_no_longer_reaches_nobody_else() -> None:
    with inbox_mock() as first:
        pass
    with inbox_mock() as second:
        before = second.clock.now
        with pytest.raises(AdminError, match="held no longer"):
            first.clock.advance("1d")
        assert second.clock.now == before


def test_forks_have_the_same_ids_each_time() -> None:
    ids = []
    for _ in range(2):
        with inbox_mock() as sandbox:
            ids.append(sandbox.fork().id)
    assert ids[0] == ids[1]


def test_pytest_sees_no_fixture_called_sandbox() -> None:
    @inbox_mock()
    def test(sandbox: SandboxClient, tmp_path: Path) -> None:
        del sandbox, tmp_path

    assert list(inspect.signature(test).parameters) == ["tmp_path"]


def test_a_function_that_calls_itself_holds_two() -> None:
    @inbox_mock(with_rental("Chalet"))
    def ids(depth: int, sandbox: SandboxClient) -> list[int]:
        made = sandbox.book()["id"]
        return [made] + (ids(depth - 1) if depth else [])

    assert ids(1) == [1, 1]


def test_brackets_are_not_left_out() -> None:
    with pytest.raises(TypeError, match="write @inbox_mock\\(\\), with the brackets"):

        @inbox_mock
        def test() -> None: ...


def test_the_next_one_begins_anew() -> None:
    for _ in range(2):
        with inbox_mock(with_rental("Chalet")) as sandbox:
            assert sandbox.book()["id"] == 1
            assert sandbox.clock.now == "2030-06-01T12:00:00Z"
            sandbox.clock.advance("1d")
            sandbox.webhooks_to(lambda _webhook: None)


def test_requests_is_as_before_afterwards() -> None:
    before = HTTPAdapter.send
    during = []

    with pytest.raises(ZeroDivisionError), inbox_mock():
        during.append(HTTPAdapter.send is before or 1 / 0)

    assert (HTTPAdapter.send is before, during) == (True, [])


def test_the_innermost_one_answers() -> None:
    with inbox_mock(with_rental("Outer")) as outer:
        with inbox_mock(with_rental("Inner")) as inner:
            assert rentals(inner.token) == ["Inner"]
        assert rentals(outer.token) == ["Outer"]


def test_two_addresses_are_answered_at_once() -> None:
    with inbox_mock(with_rental("One")) as one, inbox_mock(with_rental("Two"), base_url="https://two.example") as two:
        assert rentals(one.token) == ["One"]
        assert rentals(two.token, two.url) == ["Two"]


def test_contexts_may_end_in_any_order() -> None:
    before = HTTPAdapter.send
    one, two = inbox_mock(with_rental("One")), inbox_mock(with_rental("Two"))
    one.__enter__()
    token = two.__enter__().token
    one.__exit__(None, None, None)
    assert rentals(token) == ["Two"]
    two.__exit__(None, None, None)

    assert HTTPAdapter.send is before


def test_each_thread_sees_its_own() -> None:
    together = Barrier(4, timeout=30)

    def names(number: int) -> list[str]:
        with inbox_mock(with_rental(f"Chalet {number}")) as sandbox:
            together.wait()
            found = rentals(sandbox.token)
            together.wait()
            return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(names, range(4))) == [[f"Chalet {number}"] for number in range(4)]


def test_a_function_may_be_called_in_two_threads_at_once() -> None:
    entered, may_end = [Event(), Event()], [Event(), Event()]

    @inbox_mock()
    def book(number: int, sandbox: SandboxClient) -> int:
        entered[number].set()
        assert may_end[number].wait(30)
        return int(sandbox.book()["id"])

    with ThreadPoolExecutor(2) as pool:
        calls = []
        for number in range(2):
            calls.append(pool.submit(book, number))
            assert entered[number].wait(30)
        for number in range(2):
            may_end[number].set()
            assert calls[number].result(30) == 81


def test_a_thread_without_one_sees_the_one_begun_last() -> None:
    with inbox_mock(with_rental("Chalet")) as sandbox, ThreadPoolExecutor(1) as pool:
        assert pool.submit(rentals, sandbox.token).result(30) == ["Chalet"]


def test_a_scenario_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "chalet.yaml"
    file.write_text("rentals: [{id: 16, name: Chalet}]\n")

    with inbox_mock(file) as sandbox:
        assert rentals(sandbox.token) == ["Chalet"]


def test_wishes_are_those_of_the_admin_api() -> None:
    with inbox_mock("empty", seed=3, strict=True, clock={"mode": "real"}) as sandbox:
        assert (sandbox.made["seed"], sandbox.made["strict"], sandbox.made["clock"]["mode"]) == (3, True, "real")


@pytest.mark.parametrize(
    ("scenario", "overrides", "says"),
    [
        ("agancy", {}, "agancy: found no scenario of this name; did you mean 'agency'? Expected one of agency, "),
        ("missing.yaml", {}, "missing.yaml: found a file that cannot be read: No such file or directory"),
        ({"rentls": []}, {}, "rentls"),
        ("empty", {"seed": "seven"}, 'seed: found "seven"; expected a whole number from 0'),
        ("empty", {"sead": 7}, "sead is unknown; did you mean 'seed'?"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(scenario: object, overrides: JSON, says: str) -> None:
    with pytest.raises(AdminError) as refused, inbox_mock(scenario, **overrides):
        pass

    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    with inbox_mock() as sandbox:
        assert isinstance(sandbox, SandboxInProcess)


def test_it_may_have_a_name_and_is_kept_for_as_long_as_it_is_held() -> None:
    with inbox_mock("empty", name="refunds", note="of Friday", ttl="1h") as sandbox:
        assert (sandbox.made["name"], sandbox.made["note"], sandbox.made["ttl"]) == ("refunds", "of Friday", None)
