# One account's access to the API, by the official gem: its token and the rotating refresh token, and what the gem's errors mean.
#
# Nothing here waits. What cannot be done now raises Later, and whoever schedules the work asks again.

require "bookingsync/api"
require "json"
require "net/http/persistent"

module InboxClient
  # Not now. `not_before` is the Unix time of the rate limit's reset, where that is what to wait for.
  class Later < StandardError
    attr_reader :not_before

    def initialize(why, not_before: nil)
      super(why)
      @not_before = not_before
    end
  end

  # Nobody can tell whether the request was carried out: its answer never came, is not whole, or was an error of the server's.
  class LostAnswer < Later; end

  # The request was understood and turned down: asking again changes nothing.
  class Refused < StandardError; end

  class NotFound < Refused; end

  # What comes out of the gem where no answer came, or none that is JSON: it depends on the adapter which of it is a Faraday::Error.
  BROKEN = [
    Faraday::Error, Net::HTTP::Persistent::Error, Net::ProtocolError, Net::HTTPBadResponse, Timeout::Error, SystemCallError, IOError,
    SocketError, OpenSSL::SSL::SSLError, JSON::ParserError
  ].freeze

  # A client of the gem that is made anew with each token, since the gem's has one for good.
  class Account
    TIMEOUT_SECONDS = 30

    def initialize(site, token:, refresh_token:, client_id:, client_secret:)
      @site = site
      @refresh_token = refresh_token
      @credentials = { client_id: client_id, client_secret: client_secret }
      @api = api_with(token)
    end

    # Yield the pages of a list, such as `:bookings`: the gem's resources, and the `meta` of the answer. `start` is called before the
    # first page, and again where the token is refused between two pages, and the list begins anew.
    #
    # Return the time by the service's clock as of which the first page is. Raises Later or Refused.
    def list(name, start: -> {}, **query)
      call do |api|
        start.call
        api.public_send(name, query.dup) { |records| yield records, meta_of(api.last_response) }
        api.pagination_first_response.headers["X-Updated-Since-Request-Synced-At"]
      end
    end

    # Create a record, such as with `:create_message`, and return it as the service has it.
    #
    # Raises LostAnswer if it may be there now, or not; Later if it is not, and may be created later; Refused if it cannot be created.
    def create(name, attributes)
      call { |api| api.public_send(name, attributes) } || raise(LostAnswer, "#{name}: the answer is empty")
    end

    private

    # Call with a token that is good, as far as anybody knows. One that was refused is never used again.
    def call
      2.times do
        refresh if @api.nil?
        begin
          return understood { yield @api }
        rescue BookingSync::API::Unauthorized
          @api = nil
        end
      end
      raise Later, "a token that was fresh a moment ago is refused"
    end

    # What an error means for whoever has asked.
    def understood
      yield
    rescue BookingSync::API::Unauthorized
      raise
    rescue BookingSync::API::RateLimitExceeded => error
      raise used_up(error.headers)
    rescue BookingSync::API::NotFound => error
      raise NotFound, error.message
    rescue BookingSync::API::Error => error
      raise LostAnswer, error.message if error.status >= 500

      raise Refused, error.message
    rescue *BROKEN => error
      raise LostAnswer, "#{error.class}: #{error.message}"
    end

    def used_up(headers)
      Later.new("the hour's requests are used up", not_before: headers["X-RateLimit-Reset"]&.to_i)
    end

    # The gem takes an answer without a body for a list without records. One that is whole has `meta`.
    def meta_of(response)
      response.meta || raise(LostAnswer, "the answer is empty")
    end

    # Get a new token: the gem knows nothing of OAuth. Its successor comes along, and must be kept: the old refresh token is good until
    # the new token is used.
    #
    # Raises Refused if the account's owner has to connect it again.
    def refresh
      form = { grant_type: "refresh_token", refresh_token: @refresh_token, **@credentials }
      answer = understood { Faraday.new(@site, request: { timeout: TIMEOUT_SECONDS }).post("/oauth/token", form) }
      raise used_up(answer.headers) if answer.status == 429
      raise LostAnswer, "no new token came: #{answer.status}" if answer.status >= 500
      raise Refused, "no new token: #{answer.status} #{answer.body}" if answer.status != 200

      token, @refresh_token = understood { JSON.parse(answer.body) }.values_at("access_token", "refresh_token")
      @api = api_with(token)
    end

    def api_with(token)
      BookingSync::API::Client.new(token, base_url: @site) { |connection| connection.options.timeout = TIMEOUT_SECONDS }
    end
  end
end
