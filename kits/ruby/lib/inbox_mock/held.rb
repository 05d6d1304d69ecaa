require_relative "../inbox_mock"

module InboxMock
  # The sandbox that one test holds. While it does, environment variables lead there the official gem and whatever reads the same ones.
  class Held
    NOTHING_ASKED = "no request has come: those without one of its tokens are in the journal of the sandbox default"

    attr_reader :sandbox

    def initialize(allow: [], **overrides)
      @sandbox = InboxMock.sandbox(**overrides)
      @sandbox.allow(*allow)
      variables = { "BOOKINGSYNC_URL" => @sandbox.root_url }
      if @sandbox.made["token"]
        client_id, client_secret = @sandbox.application.values_at("client_id", "client_secret")
        variables.update("BOOKINGSYNC_TOKEN" => @sandbox.token, "BOOKINGSYNC_APP_ID" => client_id, "BOOKINGSYNC_APP_SECRET" => client_secret)
      end
      @before = ENV.to_h.values_at(*variables.keys).then { |values| variables.keys.zip(values).to_h }
      ENV.update(variables)
    end

    # The end of the journal, a line for each entry, and how to run the test again, as it tells them if it fails by itself; nothing if
    # the sandbox is gone.
    def journal_told(replay, most = 20)
      entries = @sandbox.journal
      lines = entries.last(most).map { |entry| line_of(entry) }
      before = entries.size - lines.size
      lines = [NOTHING_ASKED] if lines.empty?
      scenario, seed = @sandbox.made.values_at("scenario", "seed")
      # The server calls one that was given as an object "scenario".
      named = (scenario == "scenario") ? "an inline scenario" : "scenario #{scenario}"
      again = "replay: #{replay}   (#{named}, seed #{seed})"
      ["Inbox Mock: the journal", *("(#{before} before)" if before.positive?), *lines, "", again]
    rescue AdminError => error
      error.status == 404 ? [] : raise
    end

    # End the test's hold; raise ConductError if its client has broken a rule.
    def release(replay:, location:)
      @sandbox.judge(replay: replay, backtrace: [location])
    ensure
      ENV.update(@before)
      @sandbox.delete
    end

    private

    def line_of(entry)
      id, at, method, path, query, status, why = entry.values_at("id", "at", "method", "path", "query", "status", "why")
      target = query.to_s.empty? ? path : "#{path}?#{query}"
      format("%4d  %s  %s %s  %s%s", id, at, method, target, status || "no answer", why.to_s.empty? ? "" : "  (#{why})")
    end
  end
end
