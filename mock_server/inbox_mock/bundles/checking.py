"""Whether an image in a bundle is one that this program could have written: whoever changes one can make its hash fit."""

from contextlib import closing
from sqlite3 import DatabaseError

from inbox_mock.bundles import BundleError
from inbox_mock.store import images
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.database import Database
from inbox_mock.store.migrations import UnusableDatabase
from inbox_mock.store.values import check_values


def check(name: str, image: bytes, *, is_past: bool = False) -> None:
    """Check an image, and those of pasts in it; ``name`` is how errors call it.

    Raises:
        BundleError: it is damaged, or not as this program writes it.
    """
    try:
        with closing(images.restore(image, checked=False)) as db:
            _check_indexes(db)
            check_values(db)
            sandbox_store.check(db)
            pasts = db.execute("SELECT fault_id, image FROM fault_pasts").fetchall()
    except UnusableDatabase as error:
        raise BundleError(f"{name}: {error}") from None
    except (DatabaseError, UnicodeError) as error:  # a text that is no UTF-8 is either
        raise BundleError(f"{name}: it is damaged ({error}); expected it as the Inbox Mock wrote it") from None
    if pasts and is_past:
        raise BundleError(f"{name}: it holds a past; expected none in what is one")
    for fault_id, past in pasts:
        check(f"{name}, the past of fault {fault_id}", past, is_past=True)


def _check_indexes(db: Database) -> None:
    damage = db.value("PRAGMA integrity_check(1)", (), str)  # quick_check, which any image passes, looks at no index
    if damage != "ok":
        raise UnusableDatabase(f"it is damaged ({damage}); expected it as the Inbox Mock wrote it")
