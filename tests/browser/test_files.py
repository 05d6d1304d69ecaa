"""Files that are dropped on the page and become sandboxes, and sandboxes that are taken from it as files."""

import re
from base64 import b64encode
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import JSHandle, Page, expect

from browser.eyes import Eyes, findings_in_light_and_in_dark, keep_picture
from fake import Sandbox
from processes import serving

BUG = Path(__file__).parents[2] / "examples" / "bug.har"
SCENARIO = b"description: Nobody is here.\nrentals: [{id: 16, name: Chalet}]\n"
DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  return transfer;
}"""
REFUSED = "error: Failed to load resource: the server responded with a status of 400 (Bad Request)"


def dropped(page: Page, name: str, content: bytes) -> JSHandle:
    """Return what a browser hands over with a file."""
    return page.evaluate_handle(DROP, [name, b64encode(content).decode()])


def drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file somewhere on the view, as a person would, and see that the page shows where it goes."""
    transfer = dropped(page, name, content)
    page.dispatch_event("main h1", "dragover", {"dataTransfer": transfer})
    expect(page.locator(".drop")).to_have_class(re.compile("over"))
    page.dispatch_event("main h1", "drop", {"dataTransfer": transfer})
    expect(page.locator(".drop")).not_to_have_class(re.compile("over"))


def found(page: Page) -> str:
    return page.get_by_role("group", name="What is in the file").inner_text()


def test_a_dropped_recording_shows_what_was_made_up_and_becomes_a_sandbox(eyes: Eyes) -> None:
    page = eyes.look("/default/sandboxes")
    drop(page, "bug.har", BUG.read_bytes())

    made_up = page.get_by_role("list", name="Made up, or not known")
    expect(made_up.get_by_role("listitem").first).to_be_visible()
    keep_picture(page, "dashboard-import")
    assert "www.bookingsync.com: 4 exchanges used" in found(page)
    page.get_by_label("Name", exact=True).fill("The bug")
    page.get_by_role("button", name="Make a sandbox of it").click()

    expect(page.locator("#where")).to_contain_text("Sandbox The bug")


def test_a_chosen_scenario_file_becomes_a_sandbox(eyes: Eyes) -> None:
    page = eyes.look("/default/sandboxes")
    page.get_by_label("File", exact=True).set_input_files({"name": "nobody.yaml", "mimeType": "", "buffer": SCENARIO})

    page.get_by_role("button", name="Make a sandbox of it").press("Enter")

    expect(page.locator("#where")).to_contain_text("Sandbox nobody")


def test_what_is_private_stays_only_if_that_is_asked_for(eyes: Eyes) -> None:
    page = eyes.look("/default/sandboxes")
    with page.expect_response(lambda answer: "/recordings" in answer.url) as first:
        drop(page, "bug.har", BUG.read_bytes())
    with page.expect_response(lambda answer: "keep=texts" in answer.url) as second:
        page.get_by_label("Keep texts").check()

    assert "What time can we arrive?" not in first.value.text()
    assert "What time can we arrive?" in second.value.text()


def test_a_file_that_cannot_be_read_is_told_with_its_place(eyes: Eyes) -> None:
    page = eyes.look("/default/sandboxes")
    drop(page, "bad.yaml", SCENARIO + b"bokings: []\n")

    expect(page.locator(".drop").get_by_role("alert")).to_have_text("bad.yaml:3: found the unknown key 'bokings'; did you mean 'bookings'?")
    expect(page.get_by_role("button", name="Make a sandbox of it")).to_be_hidden()
    assert eyes.complaints == [REFUSED]
    eyes.complaints.clear()


def test_a_file_of_no_use_can_be_followed_by_another(eyes: Eyes) -> None:
    page = eyes.look("/default/sandboxes")
    drop(page, "picture.gif", b"GIF89a")
    alert = page.locator(".drop").get_by_role("alert")
    expect(alert).to_contain_text("picture.gif: found a file of another kind; expected a recording: ")
    drop(page, "nobody.yaml", SCENARIO)

    expect(page.get_by_role("button", name="Make a sandbox of it")).to_be_visible()
    expect(alert).to_be_hidden()
    eyes.complaints.clear()


@pytest.mark.parametrize("view", ["journal", "sandboxes"])
def test_a_sandbox_is_saved_as_a_file(eyes: Eyes, agency: Sandbox, view: str) -> None:
    agency.api.get("/inbox/conversations")
    page = eyes.look(f"/{agency.id}/{view}")
    if view == "journal":
        page.get_by_text("As a file: a HAR, a cassette, a test").click()

    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as a file").click()

    assert saving.value.suggested_filename == f"{agency.id}-journal.har"
    (entry,) = orjson.loads(saving.value.path().read_bytes())["log"]["entries"]
    assert entry["request"]["url"].endswith("/inbox/conversations")


def test_a_bundle_that_was_saved_is_opened_again(eyes: Eyes, agency: Sandbox) -> None:
    agency.api.get("/inbox/conversations")
    page = eyes.look(f"/{agency.id}/sandboxes")
    page.get_by_label("Format").select_option("bundle")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as a file").click()
    drop(page, "run.zip", saving.value.path().read_bytes())

    expect(page.get_by_text("done: 1 request,")).to_be_visible()
    page.get_by_role("button", name="Make a sandbox of it").click()

    expect(page.locator("#where")).not_to_contain_text(agency.id)
    page.get_by_role("link", name="Journal").click()
    expect(page.locator(".entries summary")).to_contain_text("/inbox/conversations")


def test_a_sandbox_is_dragged_out_as_a_file(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/sandboxes")
    expect(page.get_by_label("Format")).to_have_value("har")
    page.get_by_label("Format").select_option("curl")
    page.get_by_label("Replace private data").check()
    transfer = page.evaluate_handle("new DataTransfer()")

    page.get_by_role("link", name="Save as a file").dispatch_event("dragstart", {"dataTransfer": transfer})

    kind, name, address = transfer.evaluate("(given) => given.getData('DownloadURL')").split(":", 2)
    assert (kind, name) == ("application/octet-stream", f"{agency.id}-journal.sh")
    assert address == f"{eyes.root}/__admin/sandboxes/{agency.id}/export?format=curl&of=journal&private=1"
    assert page.request.get(address).ok


def test_behind_an_admin_token_a_file_is_saved_and_read_and_not_dragged_out(eyes: Eyes, tmp_path: Path) -> None:
    with serving(tmp_path, "--admin-token", "open sesame") as root:
        page = eyes.look("/default/sandboxes", root=root)
        page.get_by_role("dialog").get_by_label("Admin token").fill("open sesame")
        page.get_by_role("dialog").get_by_role("button", name="Open").click()
        link = page.get_by_role("link", name="Save as a file")
        with page.expect_download() as saving:
            link.click()
        transfer = page.evaluate_handle("new DataTransfer()")
        link.dispatch_event("dragstart", {"dataTransfer": transfer})
        drop(page, "nobody.yaml", SCENARIO)

        expect(page.get_by_role("button", name="Make a sandbox of it")).to_be_visible()
        assert orjson.loads(saving.value.path().read_bytes())["log"]["entries"] == []
        assert transfer.evaluate("(given) => given.getData('DownloadURL')") == ""
        page.close()
    eyes.complaints.clear()


def test_a_file_that_was_read_has_no_serious_finding_in_light_or_in_dark(eyes: Eyes) -> None:
    page = eyes.look("/default/sandboxes")
    drop(page, "bug.har", BUG.read_bytes())
    expect(page.get_by_role("button", name="Make a sandbox of it")).to_be_visible()

    assert findings_in_light_and_in_dark(page) == []


def test_a_narrow_screen_shows_a_file_without_scrolling_sideways(eyes: Eyes) -> None:
    page = eyes.look("/default/sandboxes", viewport={"width": 390, "height": 800})
    drop(page, "bug.har", BUG.read_bytes())
    expect(page.get_by_role("button", name="Make a sandbox of it")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
