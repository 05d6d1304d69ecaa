"""Valid requests of every operation, with bytes changed: each is answered in HTTP, or the connection ends."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from urllib.parse import quote, urlsplit

from fake import Mock, OverSocket, Sandbox
from hostile.attacks import Run, attack
from hostile.calls import Operation, operations
from hostile.children import served
from hostile.wire import Malformed, exchanged, replies, written

THREADS = 8
SHOWN = 250
REFUSALS = {501, 505, 507}
"""Statuses above 499 with which the server refuses what HTTP does not have, and what finds no room in a sandbox."""

INSERTED = (
    *(b"\r\n", b"\n", b"\r", b"\x00", b" ", b"\t", b":", b"%", b"%zz", b"%00", b"\xff\xfe", b"\xc0\xaf", b"//", b"?", b"#", b"&"),
    *(b'"', b"{", b"[", b"\\u0000", b"A" * 9000, b"[" * 3000, b"9" * 400, b"-1", b"1e999", b"NaN", b" HTTP/9.9\r\n", b"Upgrade: h2c\r\n"),
    *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Host: elsewhere\r\n"),
    *(b",", b"=", b"Origin: null\r\n", b"Expect: 100-continue\r\n", b"Range: bytes=0-1\r\n", b"If-None-Match: *\r\n"),
)  # fmt: skip


def flip(sent: bytes, place: int, random: Random) -> bytes:
    return sent[:place] + bytes([random.randrange(256)]) + sent[place + 1 :]


def insert(sent: bytes, place: int, random: Random) -> bytes:
    return sent[:place] + random.choice(INSERTED) + sent[place:]


def leave_out(sent: bytes, place: int, random: Random) -> bytes:
    return sent[:place] + sent[place + random.choice((1, 2, 10, 100)) :]


def repeat(sent: bytes, place: int, random: Random) -> bytes:
    end = place + random.choice((1, 5, 50))
    return sent[:end] + sent[place:end] * random.choice((1, 2, 100)) + sent[end:]


def cut(sent: bytes, place: int, random: Random) -> bytes:
    del random
    return sent[:place]


def swap(sent: bytes, place: int, random: Random) -> bytes:
    other = random.randrange(len(sent) + 1)
    low, high = sorted((place, other))
    return sent[high:] + sent[low:high] + sent[:low]


def insert_line(sent: bytes, place: int, random: Random) -> bytes:
    del place
    lines = sent.split(b"\r\n")
    lines.insert(random.randrange(1, len(lines) + 1), random.choice(INSERTED).rstrip(b"\r\n"))
    return b"\r\n".join(lines)


CHANGES: tuple[Callable[[bytes, int, Random], bytes], ...] = (flip, insert, leave_out, repeat, cut, swap, insert_line)


@attack(
    does="requests of every operation are sent with bytes flipped, inserted, left out, repeated, cut and swapped",
    holds="each is answered as HTTP says, never 500, or the connection ends; the server lives, and its log tells of no bug",
    share=11,
)
def fuzzed_requests(run: Run) -> None:
    with served(run) as server:
        run.measure(f"{fuzz(run, server.root, THREADS)} requests")


def fuzz(run: Run, root: str, threads: int) -> int:
    """Send changed requests from so many threads until time is up; their number."""
    known = operations(Mock(OverSocket(root)))

    def worker(number: int) -> int:
        random, sent = run.random(number), 0
        sandbox = Mock(OverSocket(root)).sandbox("agency")
        while not run.is_over or not sent:
            judge(run, urlsplit(root).port or 80, changed(base(known, sandbox, random), random))
            sent += 1
        return sent

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(worker, range(threads)))


def base(known: list[Operation], sandbox: Sandbox, random: Random) -> bytes:
    """A request as it should be; its address may name attributes that no operation has."""
    call = random.choice(known).drawn(random, id=sandbox.id)
    method = "HEAD" if call.method == "GET" and random.random() < 0.1 else call.method
    return written(method, quote(call.target, safe="/?&=%,"), "Connection: close", payload=call.payload, token=sandbox.api.token)


def changed(sent: bytes, random: Random) -> bytes:
    """The request with up to three changes, of which most fall into its head."""
    for _ in range(random.choice((1, 1, 2, 3))):
        sent = random.choice(CHANGES)(sent, random.randrange(len(sent) + 1), random)
    return sent


def judge(run: Run, port: int, sent: bytes) -> None:
    """Send a request, and hold what comes to what HTTP says."""
    try:
        found = replies(exchanged(port, sent), to_head=b"HEAD" in sent)
    except Malformed as why:
        run.wrong(f"{sent[:SHOWN]!r} is answered by what is no HTTP: {why}")
    except TimeoutError:
        run.wrong(f"{sent[:SHOWN]!r} is not answered, and the connection stays open")
    else:
        for reply in found:
            run.hold(reply.status < 500 or reply.status in REFUSALS, f"{sent[:SHOWN]!r} is answered {reply.status}: {reply.body[:300]!r}")
