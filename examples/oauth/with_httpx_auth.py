"""Get a token with httpx-auth, and use it: it opens a browser, in which this program is the person, and listens for the code itself."""

import webbrowser
from threading import Thread

import httpx
from httpx_auth import OAuth2AuthorizationCode
from service import AUTHORIZE, CLIENT_ID, CLIENT_SECRET, ME, TOKEN, approve


class Person(webbrowser.BaseBrowser):
    """A browser whose person agrees."""

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        """Open a page."""
        Thread(target=lambda: httpx.get(approve(url))).start()
        return True


webbrowser.register("person", None, Person(), preferred=True)
auth = OAuth2AuthorizationCode(
    AUTHORIZE,
    TOKEN,
    client_id=CLIENT_ID,
    username=CLIENT_ID,
    password=CLIENT_SECRET,  # as client_secret it would be in the page's address, too
    scope="inbox_write bookings_read",
    redirect_uri_port=5017,
)
print(httpx.get(ME, auth=auth).json())
