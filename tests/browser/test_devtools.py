"""Developer tools import what is exported as HAR: by their own reader, in their own page."""

import pytest
from playwright.sync_api import Browser

from fake import Sandbox

READ = """
async har => {
  const { HARFormat, Importer } = await import('./models/har/har.js');
  const requests = Importer.Importer.requestsFromHARLog(new HARFormat.HARRoot(har).log);
  return Promise.all(requests.map(async request => {
    const content = await request.requestContentData();
    return [request.requestMethod, request.url(), request.statusCode, content.isTextContent ? content.text : content.base64];
  }));
}
"""


@pytest.mark.parametrize("of", ["journal", "state"])
def test_they_show_every_exchange_of_an_exported_har(whole_browser: Browser, agency: Sandbox, of: str) -> None:
    agency.api.get("/inbox/messages", x="it's")
    agency.api.post("/inbox/messages", b"{'")
    har = agency.admin.get("/export", format="har", of=of).json
    page = whole_browser.new_page()
    page.goto("devtools://devtools/bundled/devtools_app.html")

    shown = page.evaluate(READ, har)

    page.close()
    assert shown == [
        [entry["request"]["method"], entry["request"]["url"], entry["response"]["status"], entry["response"]["content"]["text"]]
        for entry in har["log"]["entries"]
    ]
