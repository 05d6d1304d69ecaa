# HTTP in the manner of the official gem: each GET bears an empty JSON body, lists go on by Link, and every status has an error.
#
# Nothing here waits. What cannot be done now raises Later, and whoever schedules the work asks again.

require "json"
require "net/http"
require "openssl"

module InboxClient
  # Not now. `not_before` is the Unix time of the rate limit's reset, where that is what to wait for.
  class Later < StandardError
    attr_reader :not_before

    def initialize(why, not_before: nil)
      super(why)
      @not_before = not_before
    end
  end

  # Nobody can tell whether the request was carried out: its answer never came, or was an error of the server's.
  class LostAnswer < Later; end

  # The request was understood and turned down: asking again changes nothing.
  class Refused < StandardError; end

  class Unauthorized < Refused; end
  class Forbidden < Refused; end
  class NotFound < Refused; end
  class Unprocessable < Refused; end
  class Unsupported < Refused; end

  REFUSALS = { 401 => Unauthorized, 403 => Forbidden, 404 => NotFound, 422 => Unprocessable }.freeze

  # An answer that came, and is whole. `next_url` is where its list goes on.
  Answer = Struct.new(:body, :synced_at, :next_url) do
    # The records stand under the one key that is not part of the envelope.
    def records
      body.find { |key, _| !%w[links linked meta].include?(key) }.last
    end

    def deleted_ids
      body.dig("meta", "deleted_ids") || []
    end
  end

  # One account's access to the API.
  class Api
    MEDIA_TYPE = "application/vnd.api+json".freeze
    TIMEOUT_SECONDS = 30

    def initialize(url, token:, refresh_token:, client_id:, client_secret:)
      @url = url.chomp("/")
      @token = token
      @refresh_token = refresh_token
      @client = { client_id: client_id, client_secret: client_secret }
    end

    # Yield the pages of a list, one request each. Raises Later or Refused.
    def pages(path, query = {})
      url = "#{@url}/#{path}?#{URI.encode_www_form(query)}"
      while url
        page = call(Net::HTTP::Get, url, {})
        yield page
        url = page.next_url
      end
    end

    # Create a record, and return it as the service has it.
    #
    # Raises LostAnswer if it may be there now, or not; Later if it is not, and may be created later; Refused if it cannot be created.
    def create(path, attributes)
      call(Net::HTTP::Post, "#{@url}/#{path}", { path.split("/").last => [attributes] }).records.first
    end

    private

    # Call with a token that is good, as far as anybody knows. One that was refused is never used again.
    def call(kind, url, body)
      2.times do
        refresh if @token.nil?
        headers = { "Authorization" => "Bearer #{@token}", "Content-Type" => MEDIA_TYPE, "Accept" => MEDIA_TYPE }
        begin
          return exchange(kind, url, JSON.generate(body), headers)
        rescue Unauthorized
          @token = nil
        end
      end
      raise Later, "#{url}: a token that was fresh a moment ago is refused"
    end

    # Get a new token. Its successor comes along, and must be kept: the old refresh token is good until the new token is used.
    #
    # Raises Refused if the account's owner has to connect it again.
    def refresh
      form = { grant_type: "refresh_token", refresh_token: @refresh_token, **@client }
      headers = { "Content-Type" => "application/x-www-form-urlencoded" }
      answer = exchange(Net::HTTP::Post, URI.join(@url, "/oauth/token").to_s, URI.encode_www_form(form), headers)
      @token, @refresh_token = answer.body.values_at("access_token", "refresh_token")
    end

    # Send one request. What comes back is a success or a refusal; everything else is for later.
    def exchange(kind, url, body, headers)
      answer = send_once(kind, URI(url), body, headers)
      status = answer.code.to_i
      where = "#{kind::METHOD} #{url}: #{status}"
      raise LostAnswer, where if status >= 500
      raise Later.new("#{where}, the hour's requests are used up", not_before: answer["X-RateLimit-Reset"]&.to_i) if status == 429
      raise REFUSALS.fetch(status, Unsupported), "#{where} #{answer.body}" unless [200, 201].include?(status)

      Answer.new(JSON.parse(answer.body), answer["X-Updated-Since-Request-Synced-At"], answer["Link"].to_s[/<([^>]*)>; rel="next"/, 1])
    rescue JSON::ParserError => error
      raise LostAnswer, "#{where}: #{error.message}"
    end

    # net/http sends a GET again by itself where the connection breaks, unless it is told not to. It takes a body that ends too early for
    # whole; what is missing then is told by JSON.
    def send_once(kind, uri, body, headers)
      http = Net::HTTP.new(uri.host, uri.port)
      http.use_ssl = uri.scheme == "https"
      http.open_timeout = http.read_timeout = http.write_timeout = TIMEOUT_SECONDS
      http.max_retries = 0
      http.start { http.request(kind.new(uri, headers), body) }
    rescue SystemCallError, IOError, Timeout::Error, Net::ProtocolError, Net::HTTPBadResponse, SocketError, OpenSSL::SSL::SSLError => error
      raise LostAnswer, "#{kind::METHOD} #{uri}: #{error.message}"
    end
  end
end
