require_relative "inbox_mock/errors"
require_relative "inbox_mock/sandbox"
require_relative "inbox_mock/server"
require_relative "inbox_mock/version"

# A fake of the BookingSync (Smily) Inbox API for tests: `inbox_mock/rspec` and `inbox_mock/minitest` give each test a sandbox.
module InboxMock
  # What a sandbox is, unless overrides say otherwise. One that a test leaves behind on a shared server goes after an hour.
  DEFAULTS = { scenario: "agency", clock: { mode: "manual" }, ttl: "1h" }.freeze

  STARTING = Mutex.new
  PATH = %r{[/\\]|\.(ya?ml|json|toml|har|zip)\z}i # what is the path of a file, and no name
  private_constant :STARTING, :PATH

  class << self
    # The server of this process: the one that INBOX_MOCK_URL names, else one that is started, and ends with this process.
    def server
      STARTING.synchronize { @server ||= Server.variable("INBOX_MOCK_URL")&.then { |url| Server.new(url) } || Server.start }
    end

    # Create a sandbox. `overrides` is what the admin API takes: `scenario:` (a shipped one's name, a file's path, or a whole one as a
    # Hash), `seed:`, `strict:`, `clock:` ... Nothing judges or deletes it but its own `judge` and `delete`.
    #
    # Raises Error if there is no such file, and AdminError if there is no such scenario, or an override is invalid.
    def sandbox(**overrides)
      wanted = DEFAULTS.merge(overrides)
      wanted[:scenario] = scenario_in(wanted[:scenario]) if wanted[:scenario].is_a?(String)
      Sandbox.new(server, server.call(:post, "/sandboxes", wanted, having: "api_url"))
    end

    private

    # What a file is as a scenario: one that describes a scenario, or a recording such as a cassette of VCR. A name is one as it is.
    def scenario_in(path)
      unless File.file?(path)
        raise Error, "scenario: found no file #{path} in #{Dir.pwd}; expected one, or the name of a shipped scenario" if path.match?(PATH)

        return path
      end
      name = URI.encode_www_form_component(File.basename(path))
      server.call(:post, "/recordings?name=#{name}", File.binread(path), having: "scenario")["scenario"]
    end
  end
end
