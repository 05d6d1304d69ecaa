"""Get a token with Authlib, and use it."""

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from service import AUTHORIZE, CALLBACK, CLIENT_ID, CLIENT_SECRET, ME, TOKEN, approve

verifier = generate_token(48)
client = OAuth2Session(
    CLIENT_ID, CLIENT_SECRET, scope="inbox_write bookings_read", redirect_uri=CALLBACK, code_challenge_method="S256", default_timeout=10
)
page, state = client.create_authorization_url(AUTHORIZE, code_verifier=verifier)
client.fetch_token(TOKEN, authorization_response=approve(page), state=state, code_verifier=verifier)
print(client.get(ME).json())
