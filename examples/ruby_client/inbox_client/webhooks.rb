# Webhooks: who sent them, and what they are about. What they say of it is not taken for the newest truth.

require "json"
require "openssl"

module InboxClient
  module Webhooks
    # Whether a signature is the HMAC-SHA1, in hex, of the body in Base64: that of `encode64`, with a newline after every 60 characters.
    def self.signed?(secret, signature, body)
      OpenSSL.secure_compare(OpenSSL::HMAC.hexdigest("SHA1", secret, [body].pack("m")), signature)
    end

    # What a webhook is about, as a kind such as `conversation` and an id, or nil if it cannot be told.
    def self.hint_in(body)
      kind, record = JSON.parse(body)["resource"].find { |key, _| key != "links" }
      [kind, record.fetch("id")]
    rescue JSON::ParserError, NoMethodError, TypeError, KeyError
      nil
    end
  end
end
