require_relative "inbox_mock/errors"
require_relative "inbox_mock/sandbox"
require_relative "inbox_mock/server"
require_relative "inbox_mock/version"

# A fake of the BookingSync (Smily) Inbox API for tests: `inbox_mock/rspec` and `inbox_mock/minitest` give each test a sandbox.
module InboxMock
  # What a sandbox is, unless overrides say otherwise. One that a test leaves behind on a shared server goes after an hour.
  DEFAULTS = { scenario: "agency", clock: { mode: "manual" }, ttl: "1h" }.freeze

  class << self
    # The server of this process: the one that INBOX_MOCK_URL names, else one that is started, and ends with this process.
    def server
      @server ||= ENV.key?("INBOX_MOCK_URL") ? Server.new(ENV.fetch("INBOX_MOCK_URL")) : Server.start
    end

    # Create a sandbox. `overrides` is what the admin API takes: `scenario:` (a shipped one's name, or a whole one as a Hash),
    # `seed:`, `strict:`, `clock:` ... Nothing judges or deletes it but its own `judge` and `delete`.
    #
    # Raises AdminError if there is no such scenario, or an override is invalid.
    def sandbox(**overrides)
      Sandbox.new(server, server.call(:post, "/sandboxes", DEFAULTS.merge(overrides)))
    end
  end
end
