require "json"
require "net/http"
require "openssl"
require "time"
require "timeout"

require_relative "errors"

module InboxMock
  # A fake that listens: calls of its admin API, and a process, if this process has started it.
  class Server
    # What `inbox-mock run` runs: it says where the fake is, and ends when its input does, which ends with this process.
    UNTIL_THE_INPUT_ENDS = ["sh", "-c", 'echo "$INBOX_MOCK_URL" && exec cat'].freeze

    attr_reader :url

    # Return an environment variable; nil if it is blank, as if it were unset.
    def self.variable(name)
      value = ENV.fetch(name, "").strip
      value unless value.empty?
    end

    # Start a fake on a free port, by the command `inbox-mock`, or what INBOX_MOCK_COMMAND says. It ends with this process,
    # however that ends; Ctrl-C in a terminal leaves it to this process.
    #
    # Raises ServerError if it cannot be started, or has not said its address within INBOX_MOCK_START_SECONDS (30).
    def self.start
      limit = start_seconds
      command = variable("INBOX_MOCK_COMMAND") || "inbox-mock"
      process = IO.popen([command, "run", "--", *UNTIL_THE_INPUT_ENDS], "r+", err: %i[child out], pgroup: true)
      said = []
      Timeout.timeout(limit) { said << process.gets until said.last&.start_with?("http://") || process.eof? }
      raise ServerError, "cannot start #{command}: #{said.join}" unless said.last&.start_with?("http://")

      new(said.last.chomp, process)
    rescue Timeout::Error
      Process.kill(:KILL, -process.pid) # the command, and what it has started
      process.close
      raise ServerError, "cannot start #{command}: it has not said its address, such as http://127.0.0.1:8089, " \
                         "within #{limit.to_s.delete_suffix(".0")} s: #{said.join}"
    rescue SystemCallError => error
      raise ServerError, "cannot start #{command} (#{error.message}): install it (`pip install .` in a checkout of Inbox Mock), " \
                         "name the command by INBOX_MOCK_COMMAND, or a server that runs by INBOX_MOCK_URL"
    end

    def self.start_seconds
      given = variable("INBOX_MOCK_START_SECONDS") or return 30
      seconds = Float(given, exception: false)
      return seconds if seconds&.positive? && seconds <= 3600

      raise ServerError, "INBOX_MOCK_START_SECONDS is #{given.inspect}; expected seconds, more than 0 and at most 3600"
    end
    private_class_method :start_seconds

    def initialize(url, process = nil)
      raise ServerError, "the server's root is #{url.inspect}; expected one such as http://127.0.0.1:8089" unless url.match?(%r{\Ahttps?://\w})

      @url = url.chomp("/")
      @process = process
      owner = Process.pid
      at_exit { stop if Process.pid == owner } if process # and not when a fork of this process ends
    end

    # End the process, if this process has started it.
    def stop
      return if @process.nil? || @process.closed?

      @process.close_write
      @process.read
      @process.close
    end

    # Call the admin API, and return its answer, JSON or text; `path` begins after `/__admin`, `body` is a Hash or the bytes of a file.
    # `having` names what the answer has if it is that of a fake.
    #
    # Raises AdminError if the fake refuses, and ServerError if none answers.
    def call(method, path, body = nil, having: nil)
      answer = answer_to(method, path, body)
      content = content_of(answer)
      if answer.is_a?(Net::HTTPSuccess)
        return content if having.nil? || (content.is_a?(Hash) && content.key?(having))
      elsif answer.content_type == "application/problem+json"
        raise AdminError.new(content["detail"] || content["title"], answer.code.to_i)
      end
      raise ServerError, "#{@url} is no Inbox Mock: #{method.upcase} /__admin#{path} was answered with #{answer.code} and #{answer.content_type}"
    end

    private

    def answer_to(method, path, body)
      uri = URI("#{@url}/__admin#{path}")
      request = Net::HTTP.const_get(method.to_s.capitalize).new(uri, headers)
      request.body = body.is_a?(Hash) ? JSON.generate(written(body)) : body
      Net::HTTP.start(uri.host, uri.port, nil, use_ssl: uri.scheme == "https", read_timeout: nil) { |http| http.request(request) }
    rescue SystemCallError, IOError, SocketError, Timeout::Error, Net::HTTPBadResponse, OpenSSL::SSL::SSLError => error
      raise ServerError, "no answer from #{@url}: #{error.message}"
    end

    def headers
      token = Server.variable("INBOX_MOCK_ADMIN_TOKEN")
      { "Content-Type" => "application/json", **(token ? { "Authorization" => "Bearer #{token}" } : {}) }
    end

    # JSON, nil if it is none although it says so, or text.
    def content_of(answer)
      return answer.body.to_s.dup.force_encoding("UTF-8") unless answer.content_type.to_s.end_with?("json")

      JSON.parse(answer.body)
    rescue JSON::ParserError
      nil
    end

    # Times and durations (of ActiveSupport, too) as the admin API takes them.
    def written(given)
      case given
      when Hash then given.transform_values { |value| written(value) }
      when Array then given.map { |value| written(value) }
      else given.respond_to?(:iso8601) ? given.iso8601 : given
      end
    end
  end
end
