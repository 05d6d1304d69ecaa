"""Behind a real nginx every address in an answer leads back through it; none leads to the fake itself."""

from base64 import b64encode
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from api.oauth import CALLBACK, an_application, told
from builders import a_body, a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from file_types.made_files import a_png
from inbox_mock.admin.routes import OPERATIONS as ADMIN
from inbox_mock.api.operations import OPERATIONS
from proxied.crawling import Crawl
from proxied.proxying import Front
from receiver import receiving, subscribe

BROWSER = {"Accept": "text/html"}
READ = sorted({operation.rule for operation in OPERATIONS if operation.method == "GET"})
WATCHED = sorted({operation.rule for operation in ADMIN if operation.method == "GET"})
PAGES = ["/", "/docs", "/openapi.json", "/__admin/openapi.json", "/docs/admin.json", "/dashboard/index.html"]


@pytest.fixture
def world(proxied: Front) -> Sandbox:
    """A sandbox with a record of each kind."""
    scenario = a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])
    return Mock(proxied.transport).sandbox(scenario)


def crawl_of(front: Front, world: Sandbox) -> Crawl:
    return Crawl(front.root, front.transport.session, world.made["token"])


def get(crawl: Crawl, path: str, **headers: str) -> requests.Response:
    answer = crawl.session.get(crawl.root + path, headers=headers, timeout=30)
    assert answer.status_code == 200, (path, answer.text)
    return answer


def test_of_the_api(proxied: Front, world: Sandbox) -> None:
    attached = a_body("attachments", file=b64encode(a_png(1, 1)).decode(), name="plan.png")
    message, file = world.api.post("/inbox/messages", a_message()), world.api.post("/inbox/attachments", attached)
    world.api.post(f"/inbox/messages/{message.record['id']}/add_attachment", {"attachments": [{"id": file.record["id"]}]})
    crawl = crawl_of(proxied, world)

    for rule in READ:
        address = f"{crawl.root}/api/v3{rule.replace('<ids>', '1,2')}?per_page=1"
        crawl.read(crawl.session.get(address, headers={"Authorization": f"Bearer {crawl.token}"}, timeout=30))

    assert message.headers["Location"] == f"{proxied.root}/api/v3/inbox/messages/{message.record['id']}"
    assert file.headers["Location"] == f"{proxied.root}/api/v3/inbox/attachments/{file.record['id']}"
    assert (crawl.strangers, crawl.failed) == (set(), {})
    assert file.record["url"] in crawl.seen


def test_of_pages_and_documents(proxied: Front, world: Sandbox) -> None:
    crawl = crawl_of(proxied, world)

    for path in PAGES:
        crawl.read(get(crawl, path, **BROWSER))

    assert (crawl.strangers, crawl.failed) == (set(), {})
    assert {f"{proxied.root}/{path}" for path in ("dashboard/sandboxes.js", "docs/swagger/swagger-ui.css", "docs/faults")} <= crawl.seen
    for path in ("/openapi.json", "/__admin/openapi.json", "/docs/admin.json"):
        assert get(crawl, path).json()["servers"] == [{"url": proxied.root}]


def test_of_the_admin_api(proxied: Front, world: Sandbox) -> None:
    world.api.post("/inbox/messages", a_message())
    ids = {"inbox": "11", "conversations": "11", "messages": "1"}
    crawl = crawl_of(proxied, world)

    for rule in WATCHED:
        record = next((ids[part] for part in rule.split("/") if part in ids), "")
        crawl.read(get(crawl, f"/__admin{rule.replace('<id>', world.id).replace('<record_id>', record)}"))

    assert (crawl.strangers, crawl.failed) == (set(), {})
    assert world.made["api_url"] == f"{proxied.root}/api/v3"
    assert world.handle.fork().url == f"{proxied.root}/api/v3"


def test_of_consent(proxied: Front, world: Sandbox) -> None:
    application = an_application(world)
    crawl = crawl_of(proxied, world)

    crawl.read(get(crawl, f"/oauth/authorize?{urlencode(application.wish())}"))
    origin = proxied.root.removesuffix(urlsplit(proxied.root).path)
    code = told(application.decide(headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"}))["code"]

    assert (crawl.strangers, crawl.failed) == (set(), {f"{proxied.root}/oauth/authorize": 401})  # which wants the form's parameters
    assert application.token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK).status == 200


def test_of_a_webhook_by_the_public_url(proxied: Front, world: Sandbox) -> None:
    with receiving() as receiver:
        subscribe(world, receiver.url, "inbox_message_created")
        world.api.post("/inbox/messages", a_message())
        world.advance("1m")

    links = receiver.last.json["resource"]["links"].values()
    root = proxied.inner if proxied.has_no_public_url else proxied.root
    assert links
    assert {link.startswith(f"{root}/api/v3/") for link in links} == {True}
