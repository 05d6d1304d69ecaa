# Get a token with the gem oauth2, and use it.
require "cgi"
require "net/http"
require "oauth2"

ROOT = ENV.fetch("BOOKINGSYNC_URL", "http://127.0.0.1:8089")
CALLBACK = "http://localhost:3000/callback"

# Agree on the page of consent, for account 1; return the address that the browser goes to then.
def approve(page)
  uri = URI(page)
  Net::HTTP.post(uri + uri.path, "#{uri.query}&decision=approve&account_id=1")["Location"]
end

client = OAuth2::Client.new(ENV.fetch("BOOKINGSYNC_APP_ID", "democlientid"), ENV.fetch("BOOKINGSYNC_APP_SECRET", "democlientsecret"), site: ROOT)
page = client.auth_code.authorize_url(redirect_uri: CALLBACK, scope: "inbox_write bookings_read")
code = CGI.parse(URI(approve(page)).query).fetch("code").first
token = client.auth_code.get_token(code, redirect_uri: CALLBACK)
puts token.get("/api/v3/me").body
