# What the receivers in Ruby share: whether a webhook was signed with the client secret.
require "base64"
require "openssl"

SECRET = ENV.fetch("BOOKINGSYNC_APP_SECRET", "democlientsecret")
PORT = Integer(ENV.fetch("PORT", "9000"))

# Whether it is the signature of these bytes: HMAC-SHA1 of their Base64, which Ruby breaks at 60 characters by itself.
def genuine?(body, signature)
  OpenSSL.secure_compare(OpenSSL::HMAC.hexdigest("SHA1", SECRET, Base64.encode64(body)), signature.to_s)
end
