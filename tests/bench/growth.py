"""What a request costs when there are a thousand times as many messages, in process."""

from collections.abc import Iterator
from gc import collect, freeze
from statistics import median
from time import perf_counter

from bench.figures import Figure, say
from bench.inside import ADMIN, start
from bench.wire import Direct
from inbox_mock.store.database import Database

SIZES = (1_000, 100_000, 1_000_000)
MESSAGES = "/api/v3/inbox/messages"
A_CONVERSATION = 10
REQUESTS = {"a first page": (5, MESSAGES), "a single GET": (25, f"{MESSAGES}/{{}}")}
CHUNKS = 8

NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
FILL = (
    """INSERT INTO conversations (id, account_id, default_channel, created_by_id, created_by_type, created_at, updated_at)
    SELECT n, 1, 'airbnb', 65, 'Doorkeeper::Application', :then, :then FROM numbers""",
    """INSERT INTO participants (id, account_id, conversation_id, member_id, member_type, by_channel, created_at, updated_at)
    SELECT n, 1, n, 1, 'Host', 0, :then, :then FROM numbers""",
)
FILL_MESSAGES = """INSERT INTO messages
    (account_id, conversation_id, sender_id, content, origin, visibility, channel, sent_at,
    created_by_id, created_by_type, created_at, updated_at)
    SELECT 1, 1 + (n - 1) / :each, 1 + (n - 1) / :each, 'What time can we arrive? This is message ' || n,
    'airbnb_message', 'external', 'airbnb', :then, 65, 'Doorkeeper::Application', :then, :then FROM numbers"""
THEN = "2030-05-01T12:00:00Z"


def measure(rounds: int) -> Iterator[Figure]:
    """The sizes take turns; each value is the cost at the last size over the cost at the first."""
    server, kept = start()
    tokens: list[str] = []
    for size in SIZES:
        say(f"  filling a sandbox with {size:,} messages")
        made = server.call("POST", ADMIN, {"scenario": "agency"}).json
        with kept.get(made["id"]).work() as work:
            _fill(work.db, size)
        tokens.append(made["token"])
    collect()
    freeze()
    for name, (times, path) in REQUESTS.items():
        costs = [_costs(server, tokens, path, times) for _ in range(rounds)]
        middle = [median(column) for column in zip(*costs, strict=True)]
        yield Figure(
            subject=f"{name} of messages, cost at 1,000,000 against 1,000",
            target=1.25,
            rounds=[cost[-1] / cost[0] for cost in costs],
            note=" / ".join(f"{each * 1e6:.0f}" for each in middle) + " us at " + " / ".join(f"{size:,}" for size in SIZES),
        )


def _fill(db: Database, size: int) -> None:
    conversations = size // A_CONVERSATION
    for table in ("messages", "participants", "conversation_bookings", "conversations"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608
    db.execute("DELETE FROM counts WHERE name IN ('messages', 'participants', 'conversations')")
    for sql in FILL:
        db.execute(NUMBERS.replace("?", ":count") + sql, {"count": conversations, "then": THEN})
    db.execute(NUMBERS.replace("?", ":count") + FILL_MESSAGES, {"count": size, "each": A_CONVERSATION, "then": THEN})


def _costs(server: Direct, tokens: list[str], path: str, times: int) -> list[float]:
    spent = [0.0] * len(tokens)
    for chunk in range(-1, CHUNKS):
        for index, token in enumerate(tokens):
            asked = [server.environ("GET", path.format(_spread(number, SIZES[index])), token=token) for number in range(times)]
            began = perf_counter()
            for environ in asked:
                server.ask(environ)
            if chunk >= 0:  # the chunk before the first warms up
                spent[index] += perf_counter() - began
    return [each / CHUNKS / times for each in spent]


def _spread(number: int, size: int) -> int:
    """Ids all over the table, the same ones each time."""
    return 1 + number * 7_919 * 31 % size
