"""Replace secrets by labels: the journal holds no credential, and rules can still tell them apart."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from inbox_mock.domain import limits
from inbox_mock.domain.access import SECRET_DIGITS, names_of, secret_of
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.store.database import Row
from inbox_mock.store.journal import shortened_values

SECRET_PARAMETERS = ("client_secret", "code", "refresh_token")
SECRET_ANSWERS = ("access_token", "refresh_token")
SECRET_IN_QUERY = (*SECRET_PARAMETERS, *SECRET_ANSWERS)
SUSPECT_NAME = re.compile("(?:^|&)[^=&]*(?:secret|code|token|%)")
"""What a query has if a parameter has one of these names, which may be percent-encoded."""


def of_credential(work: UnitOfWork, credential: str) -> str:
    """Return a token's or code's label, such as ``token-3``, ``refresh-4``, ``code-5``; ``unknown`` for anything else."""
    return _label(work, credential) or "unknown"


def _label(work: UnitOfWork, credential: str) -> str | None:
    secret = secret_of(credential)
    found = work.db.one("SELECT id, kind FROM tokens WHERE secret = ? OR name = ?", (secret, credential))
    if found is not None:
        return f"{'token' if found['kind'] == 'access' else found['kind']}-{found['id']}"
    sql = "SELECT id FROM applications WHERE client_secret = ? OR named_client_secret IN (?, ?)"
    found = work.db.one(sql, (secret, *names_of(credential)))
    return None if found is None else f"secret-{found['id']}"


def of_parameters(work: UnitOfWork, given: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of an /oauth request that the journal keeps, with labels in place of secrets."""
    return shortened_values(
        {name: of_credential(work, text) if name in SECRET_PARAMETERS and text else text for name, text in given.items()}
    )


def of_query(work: UnitOfWork, text: str) -> str:
    """Return a query string, with labels in place of secrets."""
    if SUSPECT_NAME.search(text) is None:
        return text
    pairs = parse_qsl(text, keep_blank_values=True)
    if not any(name in SECRET_IN_QUERY for name, _ in pairs):
        return text
    return urlencode([(name, of_credential(work, found) if name in SECRET_IN_QUERY and found else found) for name, found in pairs])


def of_echo(work: UnitOfWork, query: str, told: str) -> str:
    """Return what is answered to a query, with labels in place of the secrets in it that addresses of pages repeat."""
    for name, found in parse_qsl(query):
        if name in SECRET_IN_QUERY:
            told = told.replace(urlencode({name: found}), urlencode({name: of_credential(work, found)}))
    return told


def of_entry(work: UnitOfWork, entry: Mapping[str, object]) -> Row:
    """Return an entry of the journal with labels in place of the sandbox's secrets, wherever a client put them."""
    return _of_dict(work, entry) if work.sandbox_id in "\n".join(_texts(entry)) else dict(entry)


def _texts(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield all texts of an entry that a client may have written, or been answered."""
    yield from (entry["method"], entry["path"], entry["query"])
    for part in (entry["request"], entry["response"]):
        yield from part["headers"].values()
        yield from (part["body"],) if isinstance(part["body"], str) else map(str, chain(*part["body"].items()))


def _of_dict(work: UnitOfWork, entry: Mapping[str, object]) -> Row:
    return {_of_text(work, name): of_part(work, part) for name, part in entry.items()}


def of_part(work: UnitOfWork, part: object) -> object:
    """Return JSON with labels in place of the sandbox's secrets, wherever they are."""
    if isinstance(part, dict):
        return _of_dict(work, part)
    if isinstance(part, list):
        return [of_part(work, each) for each in part]
    return _of_text(work, part) if isinstance(part, str) else part


def _of_text(work: UnitOfWork, text: str) -> str:
    if work.sandbox_id not in text:
        return text
    return re.sub(f"{work.sandbox_id}[0-9a-f]{{{SECRET_DIGITS}}}", lambda found: _label(work, found[0]) or found[0], text)


def of_answer(work: UnitOfWork, body: bytes) -> object:
    """Return the response to an /oauth request, with labels in place of tokens; HTML pages, and what is too long, are not kept."""
    if len(body) > limits.JOURNALED:
        return ""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    if isinstance(found, dict):
        return {name: of_credential(work, str(value)) if name in SECRET_ANSWERS else value for name, value in found.items()}
    return ""
