"""How a sandbox begins with an image: a new one, or one that is reset, restored, or rewound to a checkpoint."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from inbox_mock.domain.errors import Invalid
from inbox_mock.engine.checkpoints import NO_CHECKPOINTS, Checkpoints, Point, is_acting
from inbox_mock.engine.sandbox import KnownSettings, Sandbox, Surroundings
from inbox_mock.store import commands, webhooks
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.access import keep_credentials, read_credentials, renew_secrets
from inbox_mock.store.database import Row
from inbox_mock.store.homes import Transaction
from inbox_mock.store.sandbox import Settings


def begin(
    around: Surroundings, sandbox_id: str, transaction: Transaction, *, anew: bool = False, of: str = "", at: datetime | None = None
) -> Settings:
    """Start a sandbox from the image that its transaction holds, and return its settings.

    What is due by now is left to the next unit of work. Credentials stay valid, tokens issued since included, and its clock goes on
    from the image's time, or from ``at``. If it begins ``anew``, from its scenario's start, or goes back, a clock that was stopped
    stays so. The image may be ``of`` another sandbox.
    """
    db, wall = transaction.db, around.wall()
    clock = found = sandbox_store.read_clock(db)
    if anew:
        commands.begin_anew(db)
    if (anew or at is not None) and transaction.facts is not None and transaction.facts.clock.mode == "manual":
        clock = replace(clock, mode="manual")
    clock = clock.moved_to(at or clock.now, wall)
    stands = clock.mode != "real" and clock == replace(found, anchor=clock.anchor)  # where it does, nobody asks since when
    if not stands:
        sandbox_store.write_clock(db, clock)
    for delivery_id in webhooks.under_way(db):  # by another sandbox, or before the image was taken
        webhooks.end_sending(db, delivery_id)
    kept = list[Row]()
    if transaction.earlier is not None:
        kept = keep_credentials(db, read_credentials(transaction.earlier))
    elif around.chance is not None:  # others may have sandboxes of the same image
        renew_secrets(db, around.chance)
    if not stands or kept or of or (transaction.earlier is not None and not anew):
        told = {"id": sandbox_id, "of": of, "mode": clock.mode, "now": at and at.isoformat(), "tokens": kept}
        commands.add(db, clock.shown, commands.BEGAN, told)
    if db.most_bytes != around.most_bytes:
        db.limit(around.most_bytes)
    settings = sandbox_store.read_settings(db)
    transaction.facts = around.facts(around.unit_of_work(sandbox_id, db, settings, clock, wall), None)
    return settings


def reset(sandbox: Sandbox) -> None:
    """Go back to the scenario's start. Tokens issued since then stay valid, and a stopped clock stays stopped."""
    sandbox.around.losing(sandbox)
    with sandbox.lock:
        leaves, start = _present(sandbox) if is_acting() else None, sandbox.storage.start()
        image = start.image or b"" if start.recipe is None else sandbox.around.build(start.recipe, sandbox.around.wall())
        _go_on(sandbox, image, anew=True, leaves=leaves)


def restore(sandbox: Sandbox, image: bytes) -> None:
    """Go back to an image of this sandbox, its time included. Tokens issued since then stay valid."""
    sandbox.around.losing(sandbox)
    with sandbox.lock:
        _go_on(sandbox, image, leaves=_present(sandbox) if is_acting() else None)


def rewind(sandbox: Sandbox, choose: Callable[[Checkpoints, Point], tuple[Point, datetime]]) -> Point:
    """Go back to a checkpoint, and return it. Tokens issued since then stay valid, and a stopped clock stays stopped.

    ``choose`` is given all of them, and one that the present would be, and returns one, with the time to go on from.

    Raises:
        Invalid: there are none.
    """
    sandbox.around.losing(sandbox)
    with sandbox.lock:
        present = _present(sandbox)
        if present is None:
            raise Invalid(NO_CHECKPOINTS)
        found, at = choose(sandbox.checkpoints, present)
        _go_on(sandbox, found.image, at=at, leaves=present, point=found)
    return found


def _present(sandbox: Sandbox) -> Point | None:
    """Return what would be a checkpoint now; None if there are none."""
    with sandbox.work() as work:
        return sandbox.checkpoints.present(work, sandbox.last_entry)


def _go_on(
    sandbox: Sandbox,
    image: bytes,
    *,
    anew: bool = False,
    at: datetime | None = None,
    leaves: Point | None = None,
    point: Point | None = None,
) -> None:
    """Go on from an image, at a time; a checkpoint is kept of the present that it leaves, if it ``leaves`` one."""
    before = sandbox.version
    with sandbox.alone(), sandbox.storage.replacement(image) as transaction:
        settings = begin(sandbox.around, sandbox.id, transaction, anew=anew, at=at)
    sandbox.known_settings = KnownSettings(sandbox.generation, settings)
    sandbox.forget()
    if anew:
        sandbox.connections.clear()
    if leaves is not None:
        sandbox.checkpoints.leave(leaves, before)
    if point is not None:
        sandbox.checkpoints.branch_off(point, sandbox.version)
    sandbox.notify(changed=True)
    if sandbox.due is not None and sandbox.due <= sandbox.around.wall():
        with sandbox.work():
            pass  # what is due by now happens
