"""Get a token with requests-oauthlib, and use it."""

import os

from requests_oauthlib import OAuth2Session
from service import AUTHORIZE, CALLBACK, CLIENT_ID, CLIENT_SECRET, ME, TOKEN, approve

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # in tests only

client = OAuth2Session(CLIENT_ID, redirect_uri=CALLBACK, scope=["inbox_write", "bookings_read"], pkce="S256")
page, _state = client.authorization_url(AUTHORIZE)
client.fetch_token(TOKEN, authorization_response=approve(page), client_secret=CLIENT_SECRET)
print(client.get(ME, timeout=10).json())
