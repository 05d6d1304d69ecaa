"""Servers that refuse too little, too much or in other words: errors, limits, scopes, other accounts, OAuth."""

from dataclasses import replace
from typing import Any

from inbox_mock.domain.errors import OAuthRefused
from inbox_mock.services.oauth import INVALID_GRANT, issue_token, usable
from inbox_mock.store.rows import TokenRow
from mutants.servers.breaking import Asked, Result, answers, does, hears

VENDOR = "application/vnd.api+json; charset=utf-8"


@answers("constraints", "a 422 tells the first of several errors")
def tells_the_first_error(_: Asked, reply: Result) -> None:
    if reply.status == 422 and reply.json:
        reply.json["errors"] = reply.json["errors"][:1]


@answers("constraints", "a 422 comes as application/json")
def refuses_as_plain_json(_: Asked, reply: Result) -> None:
    if reply.status == 422:
        reply.set("Content-Type", "application/json; charset=utf-8")


@answers("constraints", "a 422 comes without rate-limit headers")
def does_not_count_refusals(_: Asked, reply: Result) -> None:
    if reply.status == 422:
        for name in ("Limit", "Remaining", "Reset"):
            reply.set(f"X-RateLimit-{name}", None)


@answers("constraints", "a 422 has an ETag and may be kept")
def keeps_refusals(_: Asked, reply: Result) -> None:
    if reply.status == 422:
        reply.set("ETag", f'W/"{"b" * 32}"')
        reply.set("Cache-Control", "max-age=0, private, must-revalidate")


@answers("error-titles", "a blank attribute is told in other words")
def words_errors_otherwise(_: Asked, reply: Result) -> None:
    for error in reply.json["errors"] if reply.status == 422 and reply.json else []:
        error["title"] = str(error.get("title")).replace("can't be blank", "must be given")


def _put_anything(asked: Asked, plural: str, names: tuple[str, ...]) -> None:
    if asked.method == "PUT" and plural in asked.path:
        with asked.record() as record:
            for name in names:
                if record.get(name) in {"", None} and name in record:
                    del record[name]


@hears("constraints", "a change may leave blank what is required")
def changes_to_blank(asked: Asked) -> None:
    _put_anything(asked, "", ("firstname", "lastname", "content", "name", "fullname", "origin"))


@hears("constraints", "a locale that the account has not is dropped")
def drops_unknown_locales(asked: Asked) -> None:
    if asked.path.startswith("/clients"):
        with asked.record() as record:
            if record.get("preferred_locale") == "xx":
                del record["preferred_locale"]


@hears("longest-texts", "too long a text is cut off")
def cuts_what_is_too_long(asked: Asked) -> None:
    longest = {"passport": 50, "notes": 6000 if "bookings" in asked.path else 5000, "firstname": 50 if "inquiries" in asked.path else 500}
    with asked.record() as record:
        for name, most in longest.items():
            if isinstance(record.get(name), str):
                record[name] = record[name][:most]


@answers("longest-texts", "a name may have 149 characters")
def refuses_the_longest_names(_: Asked, reply: Result) -> None:
    if reply.status == 201 and any(len(record.get("fullname") or "") > 149 for record in reply.records):
        reply.become(422, b'{"errors":[{"code":"validation_failed","field":"fullname","title":"is too long"}]}', VENDOR)


@answers("unauthorized", "a write without a token is answered 403")
def forbids_writes_of_strangers(asked: Asked, reply: Result) -> None:
    if reply.status == 401 and asked.method != "GET":
        reply.become(403, b'{"errors":[{"code":"forbidden"}]}', VENDOR)


@answers("refusal-bodies", "a 403 is a page of HTML")
def shows_a_page_when_forbidden(_: Asked, reply: Result) -> None:
    if reply.status == 403:
        reply.become(403, b"<h1>Forbidden</h1>", "text/html")


@answers("not-found-body", "a 404 comes as text/html")
def types_errors_as_pages(_: Asked, reply: Result) -> None:
    if reply.status == 404:
        reply.set("Content-Type", "text/html; charset=utf-8")


@answers("client-habits", "Accept: application/json is answered 406")
def accepts_its_own_type_alone(asked: Asked, reply: Result) -> None:
    if asked.header("Accept") == "application/json":
        reply.become(406, b'{"errors":[{"code":"not_acceptable"}]}', VENDOR)


@answers("rate-limit", "a 429 comes without X-RateLimit-Reset")
def does_not_say_until_when(_: Asked, reply: Result) -> None:
    if reply.status == 429:
        reply.set("X-RateLimit-Reset", None)


@answers("rate-limit", "a 429 says that it is over an hour later than it is")
def says_too_late(_: Asked, reply: Result) -> None:
    if reply.status == 429 and (reset := reply.header("X-RateLimit-Reset")):
        reply.set("X-RateLimit-Reset", str(int(reset) + 3600))


@answers("refusal-bodies", "the errors of a 429 are a text")
def writes_errors_as_text(_: Asked, reply: Result) -> None:
    if reply.status == 429:
        reply.become(429, b'{"error":"API v3 rate limit exceeded."}', VENDOR)


class _Counts:
    """Counts by token what the service counts by application."""

    def __init__(self) -> None:
        self.first: dict[str, int] = {}

    def __call__(self, asked: Asked, reply: Result) -> None:
        left = reply.header("X-RateLimit-Remaining")
        if left is not None:
            made = self.first[asked.header("Authorization")] = self.first.get(asked.header("Authorization"), 0) + 1
            reply.set("X-RateLimit-Remaining", str(int(reply.header("X-RateLimit-Limit") or 0) - made))


@answers("rate-limit", "each token has an hour of its own")
def counts_by_token(asked: Asked, reply: Result, counts: _Counts = _Counts()) -> None:  # noqa: B008
    counts(asked, reply)


@does("public-view", "with public alone bookings show all", "inbox_mock.api.result.projection")
def shows_all_to_everybody(good: Any) -> Any:
    return lambda *asked: replace(good(*asked), public=False)


@answers("public-view", "an account's inbox_email is told to everybody")
def tells_inbox_emails(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "accounts" else []:
        record.setdefault("inbox_email", "inbox@example.com")


@does("accounts-apart", "with updated_since lists show all accounts", "inbox_mock.store.records.Selection.narrowed")
def mixes_what_has_changed(narrowed: Any) -> Any:
    def wider(selection: Any, sql: str, *values: object) -> Any:
        found = narrowed(selection, sql, *values)
        return replace(found, account_id=None) if sql == "updated_at >= ?" else found

    return wider


def _of_others(*names: str) -> Any:
    """References to records of other accounts are taken, and kept as they were."""

    def edit(asked: Asked, reply: Result) -> None:
        if reply.status == 422 and reply.json and {str(e.get("field")).removesuffix("_id") for e in reply.json["errors"]} <= set(names):
            plural = asked.path.strip("/").split("/")[-1]
            reply.become(201, f'{{"links":{{}},"{plural}":[{{"links":{{}},"id":1}}],"meta":{{}}}}'.encode(), VENDOR)

    return edit


@answers("accounts-apart", "a message may be tied to another account's conversation")
def posts_into_other_accounts(asked: Asked, reply: Result) -> None:
    if asked.path == "/inbox/messages":
        _of_others("conversation", "sender")(asked, reply)


@answers("accounts-apart", "a booking may be tied to another account's client")
def books_for_others_clients(asked: Asked, reply: Result) -> None:
    if asked.path.endswith("/bookings") and asked.method == "POST":
        _of_others("client", "source")(asked, reply)


@answers("accounts-apart", "another account's host may take part")
def lets_others_take_part(asked: Asked, reply: Result) -> None:
    if asked.path == "/inbox/participants":
        _of_others("member")(asked, reply)


@answers("accounts-apart", "another account's booking may be connected")
def connects_others_bookings(asked: Asked, reply: Result) -> None:
    if asked.path.endswith("/connect_booking") and reply.status == 404:
        reply.become(200, b'{"links":{},"conversations":[{"links":{},"id":1}],"meta":{}}', VENDOR)


@answers("accounts-apart", "another account's booking is cancelled")
def cancels_for_others(asked: Asked, reply: Result) -> None:
    if asked.method == "DELETE" and reply.status == 404:
        reply.become(204, b"", VENDOR)


@answers("accounts-apart", "a booking may be made at another account's rental")
def books_at_others(asked: Asked, reply: Result) -> None:
    if asked.method == "POST" and asked.path.startswith("/rentals/") and reply.status == 404:
        reply.become(201, b'{"links":{},"bookings":[{"links":{},"id":1}],"meta":{}}', VENDOR)


def _granting(change: Any) -> Any:
    """Change a successful answer of /oauth/token."""

    def edit(asked: Asked, reply: Result) -> None:
        if asked.path == "/oauth/token" and reply.status == 200 and reply.json:
            change(reply)

    return edit


@answers("tokens", "created_at is in milliseconds")
def tells_milliseconds(asked: Asked, reply: Result) -> None:
    _granting(lambda reply: reply.json.update(created_at=reply.json["created_at"] * 1000))(asked, reply)


@answers("tokens", "client credentials are told to hold everything")
def tells_more_than_public(asked: Asked, reply: Result) -> None:
    if asked.path == "/oauth/token" and reply.status == 200 and "refresh_token" not in reply.json:
        reply.json["scope"] = "public inbox_read"


@answers("token-answers", "tokens may be cached")
def lets_tokens_be_cached(asked: Asked, reply: Result) -> None:
    if asked.path == "/oauth/token":
        reply.set("Cache-Control", "max-age=3600")
        reply.set("Pragma", None)


@answers("tokens", "a refused grant has no error but errors")
def writes_errors_of_the_api(asked: Asked, reply: Result) -> None:
    if asked.path == "/oauth/token" and reply.status >= 400:
        reply.become(401, b'{"errors":[{"code":"invalid_grant"}]}', "application/json; charset=utf-8")


@answers("token-answers", "whatever is wrong is called invalid_request")
def calls_everything_invalid(asked: Asked, reply: Result) -> None:
    if asked.path == "/oauth/token" and reply.status >= 400:
        reply.json["error"] = "invalid_request"


@does("tokens", "client credentials read the inbox", "inbox_mock.services.oauth.issue_to_application")
def grants_everything(_: Any) -> Any:
    return lambda work, application, _requested: issue_token(work, application["id"], 1, ("public", "inbox_read"), lifetime_seconds=7200)


@hears("tokens", "an application may not name itself by HTTP Basic")
def knows_no_basic(asked: Asked) -> None:
    if asked.path == "/oauth/token":
        asked.environ.pop("HTTP_AUTHORIZATION", None)


@hears("tokens", "/oauth/token does not read its query")
def reads_forms_alone(asked: Asked) -> None:
    if asked.path == "/oauth/token":
        asked.query = {}


@does("tokens", "a code is good for any redirect_uri", "inbox_mock.services.authorization.is_registered")
def redirects_anywhere(_: Any) -> Any:
    return lambda *_: True


@does("tokens", "a refresh token ends with its access token", "inbox_mock.services.oauth.refresh")
def lets_refresh_tokens_expire(good: Any) -> Any:
    def refresh(work: Any, application: Any, refresh_token: str, requested: str = "") -> Any:
        access = work.db.get(TokenRow, usable(work, "refresh", application, refresh_token)["access_id"])
        if access["expires_at"] <= work.now:
            raise OAuthRefused("invalid_grant", INVALID_GRANT)
        return good(work, application, refresh_token, requested)

    return refresh


@answers("tokens", "the values of the implicit flow are in the query")
def answers_in_the_query(asked: Asked, reply: Result) -> None:
    if asked.path == "/oauth/authorize" and (where := reply.header("Location")) and "#" in where:
        reply.set("Location", where.replace("#", "?"))
