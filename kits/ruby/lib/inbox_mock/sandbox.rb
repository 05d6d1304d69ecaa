require "set"
require "uri"

require_relative "errors"
require_relative "receivers"

module InboxMock
  # One isolated sandbox of a fake, seen from outside the API: the clock, the guests, the channels, and what the client did.
  #
  # Records are Hashes with the names of the API. Durations are texts such as `10m` or those of ActiveSupport. Every call raises
  # AdminError, with the reason, if the fake refuses.
  class Sandbox
    # What the admin API answered when the sandbox was made: `api_url`, `token`, `scenario`, `seed` ...
    attr_reader :made
    attr_reader :clock

    def initialize(server, made)
      @server = server
      @made = made
      @clock = Clock.new(self)
      @allowed = Set.new
      @receivers = Receivers.new
    end

    def id
      made["id"]
    end

    # The base URL of the API, which ends in `/api/v3`.
    def url
      made["api_url"]
    end

    # The root of the server: what stands in place of `https://www.bookingsync.com`.
    def root_url
      url.delete_suffix("/api/v3")
    end

    # A token of the client's own application, with every scope.
    def token
      made["token"] or raise Error, "the client's own application is installed on no account: this scenario has no token"
    end

    # The client's own application: `client_id`, `client_secret` ...
    def application
      made["applications"].find { |one| one["token"] == token }
    end

    # The official gem's client of this sandbox.
    def client(**options)
      raise Error, 'the official gem is not loaded: require "bookingsync/api"' unless defined?(::BookingSync::API)

      ::BookingSync::API.new(token, base_url: root_url, **options)
    end

    # Call the sandbox's admin API; `path` begins where its own address ends, as `/clock` does. What a receiver of webhooks has raised
    # meanwhile is raised here.
    def admin(method, path = "", body = nil)
      answer = @server.call(method, "/sandboxes/#{id}#{path}", body)
      @receivers.raise_again
      answer
    end

    # Book as a guest; return the booking. `more` is what the admin API takes, `conversation_delay: "10m"` for one.
    def book(channel = "airbnb", **more)
      admin(:post, "/bookings", { channel: channel, **more })["booking"]
    end

    # Cancel a booking as its guest; return the booking.
    def cancel(booking_id)
      admin(:post, "/bookings/#{booking_id}/cancel")["booking"]
    end

    # Open the booking's conversation now, as the channel does; return the conversation.
    def open_conversation(booking_id)
      admin(:post, "/bookings/#{booking_id}/conversation")["conversation"]
    end

    # Make the channel never open the booking's conversation.
    def never_open_conversation(booking_id)
      admin(:post, "/bookings/#{booking_id}/conversation", { never: true })
      nil
    end

    # Write as the `guest`, as `staff`, or as the `host` in the channel's own app; return the message.
    def write(conversation_id, content, from: "guest", **more)
      admin(:post, "/conversations/#{conversation_id}/messages", { from: from, content: content, **more })["message"]
    end

    # Add a host to a conversation, as the channel does; return the participant.
    def add_host(conversation_id, host_id)
      admin(:post, "/conversations/#{conversation_id}/participants", { host_id: host_id })["participant"]
    end

    # Change `closed`, `marked_as_spam` or `assignee_id` of a conversation, as staff; return it.
    def change(conversation_id, **changes)
      admin(:patch, "/conversations/#{conversation_id}", changes)["conversation"]
    end

    # What the guest sees on the channel, each with `from`, `content`, `at`, `message_id`.
    def thread(conversation_id)
      every_page("/conversations/#{conversation_id}/thread", "messages", "message_id")
    end

    # Set a fault, and return it; `more` is what the kind takes: `fault("status", status: 503, times: 2)`.
    def fault(kind, **more)
      admin(:post, "/faults", { kind: kind, **more })
    end

    # The faults, with how often each has struck.
    def faults
      admin(:get, "/faults")["faults"]
    end

    # Remove a fault, and end its effects.
    def remove_fault(fault_id)
      admin(:delete, "/faults/#{fault_id}")
      nil
    end

    # Send webhooks to an address on this machine; return the subscription, with the `secret` that signs them. All events, unless some
    # are named.
    def webhook(url, *events, **more)
      admin(:post, "/webhooks", { url: url, **(events.any? ? { events: events } : {}), **more })
    end

    # Send webhooks to a block, which is given the Webhook and may return the status of its answer, or to a Rack application, at `path`;
    # return the subscription. They arrive while the clock is advanced, in a thread of their own. What the receiver raises is raised by
    # the call that sent the webhook, as is a RangeError if the block returns a number that is no status, such as that of `count += 1`.
    def webhooks_to(app = nil, events: [], path: "/", **more, &block)
      webhook(@receivers.add(path, app, &block), *events, **more)
    end

    def webhooks
      admin(:get, "/webhooks")["webhooks"]
    end

    def unsubscribe(webhook_id)
      admin(:delete, "/webhooks/#{webhook_id}")
      nil
    end

    # Every webhook, with its attempts.
    def deliveries
      every_page("/deliveries", "deliveries", "id")
    end

    # Send a webhook again, now; return the delivery.
    def redeliver(delivery_id)
      admin(:post, "/deliveries/#{delivery_id}/redeliver")
    end

    # Every request and webhook attempt, oldest first.
    def journal
      entries = []
      loop do
        page = admin(:get, "/journal?after=#{entries.empty? ? 0 : entries.last["id"]}")["entries"]
        return entries if page.empty?

        entries += page
      end
    end

    # The report on the client's conduct.
    def report
      admin(:get, "/report")
    end

    # What will happen, the next 200, and what has happened, the latest 200.
    def timeline
      admin(:get, "/timeline")
    end

    # A new token, with every scope unless some are named; `expires_in` is in seconds.
    def issue_token(*scopes, **more)
      admin(:post, "/tokens", { **(scopes.any? ? { scopes: scopes } : {}), **more })["token"]
    end

    def revoke_token(token)
      admin(:delete, "/tokens/#{URI.encode_www_form_component(token)}")
      nil
    end

    # Take a snapshot under a name; return it.
    def snapshot(name)
      admin(:post, "/snapshots", { name: name })
    end

    def restore(name)
      admin(:post, "/snapshots/#{URI.encode_www_form_component(name)}/restore")
      nil
    end

    # Back to the start; tokens stay valid.
    def reset
      admin(:post, "/reset")
      nil
    end

    # Let the violations of some rules count no more, by their codes, such as `MSG002`.
    def allow(*codes)
      @allowed.merge(codes.flatten)
    end

    # Raise ConductError if the client has broken a rule that is not allowed; `replay` says how to run it again. Notes raise nothing, and
    # of a sandbox that was deleted nothing is known.
    def judge(replay: nil, backtrace: nil)
      told = admin_if_there(:get, "/report?format=failure&allow=#{@allowed.to_a.join(",")}")
      return if told.to_s.empty?

      codes = told.scan(/^(\S+)  the client /).flatten.uniq
      last = [replay && "replay: #{replay}", ("on purpose? allow: #{codes.inspect}" if codes.any?)].compact
      raise ConductError, [told, *last.join("\n")].join("\n\n"), backtrace || caller
    end

    # Remove the sandbox, if it is there, and end its receivers.
    def delete
      @receivers.close
      admin_if_there(:delete)
      nil
    end

    private

    # Do what `admin` does; nil if the sandbox is gone. A refusal that a receiver has raised is none of this sandbox's own.
    def admin_if_there(method, path = "")
      answer = begin
        @server.call(method, "/sandboxes/#{id}#{path}")
      rescue AdminError => error
        raise unless error.status == 404
      end
      @receivers.raise_again
      answer
    end

    # What is listed in pages, oldest first; each page leaves out so many of the latest. What is added meanwhile moves the others.
    def every_page(path, name, key)
      found = {}
      skip = 0
      loop do
        page = admin(:get, "#{path}?skip=#{skip}")[name].to_h { |one| [one[key], one] }
        return found.values if (page.keys - found.keys).empty?

        found = page.merge(found)
        skip += page.size
      end
    end
  end

  # A sandbox's clock. It stands until it is advanced, unless an override says otherwise.
  class Clock
    def initialize(sandbox)
      @sandbox = sandbox
    end

    # The sandbox's time, such as `2030-06-01T12:00:00Z`.
    def now
      @sandbox.admin(:get, "/clock")["now"]
    end

    # Advance by a duration, `to:` a time, or `until:` an event such as `conversation_opened`; return the events on the way.
    def advance(by = nil, **wanted)
      @sandbox.admin(:post, "/clock/advance", by ? { by: by, **wanted } : wanted)["happened"]
    end

    # Advance until nothing is pending.
    def settle
      advance(until: "idle")
    end

    # Go back to before a `request:`, an `event:` or a checkpoint (`point:`), or `to:` a time.
    def rewind(**wanted)
      @sandbox.admin(:post, "/clock/rewind", wanted)
    end

    # Let the clock run, `rate` seconds for each second of the wall clock.
    def run(rate = 1)
      @sandbox.admin(:patch, "/clock", { mode: "real", rate: rate })
      nil
    end

    # Stop the clock until it is advanced.
    def pause
      @sandbox.admin(:patch, "/clock", { mode: "manual" })
      nil
    end
  end
end
