require "json"
require "net/http"
require "socket"
require "stringio"

module InboxMock
  # A webhook as a block receives it: `webhook["X-Content-Signature"]`, whatever the case; the `body` untouched, `json`, `event`.
  class Webhook
    include Net::HTTPHeader

    attr_reader :path, :body

    def initialize(path, headers, body)
      initialize_http_header(headers)
      @path = path
      @body = body
    end

    def json
      JSON.parse(body)
    end

    # Such as `inbox_message_created`.
    def event
      json["event"]
    end
  end

  # Passes webhooks to blocks and Rack applications, each from a port of its own on this machine, one after the other.
  class Receivers
    def initialize
      @raised = Queue.new
      @listening = []
    end

    # Return the URL of a receiver: a block that is given the Webhook and may return the status of its answer, or a Rack application.
    def add(path, app, &block)
      raise ArgumentError, "webhooks go to a Rack application or to a block: expected one of them" if app.nil? == block.nil?

      socket = TCPServer.new("127.0.0.1", 0)
      port = socket.addr[1]
      answer = app ? ->(webhook) { by_rack(app, port, webhook) } : ->(webhook) { by_block(block, webhook) }
      @listening << [socket, Thread.new { serve(socket, answer) }]
      "http://127.0.0.1:#{port}/#{path.delete_prefix("/")}"
    end

    # Raise what a receiver has raised, if none has raised it yet.
    def raise_again
      raise @raised.pop unless @raised.empty?
    end

    def close
      @listening.each do |socket, thread|
        thread.kill.join
        socket.close
      end
      @listening.clear
    end

    private

    def serve(socket, answer)
      loop do
        connection = socket.accept
        status, headers, body = answered(read(connection), answer)
        head = headers.merge("content-length" => body.bytesize, "connection" => "close").map { |name, value| "#{name}: #{value}\r\n" }
        connection.write("HTTP/1.1 #{status} \r\n#{head.join}\r\n#{body}")
      rescue SystemCallError, IOError, ArgumentError
        next # the sender has gone, or sends no webhook
      ensure
        connection&.close
      end
    end

    # An exception of the receiver, a failed expectation included, is kept for the call that sent the webhook.
    def answered(webhook, answer)
      status, headers, body = answer.call(webhook)
      return [status, headers, body] if status.is_a?(Integer) && status.between?(100, 599)

      raise RangeError, "the receiver returned #{status.inspect[0, 200]}, which is no status from 100 to 599: return nothing, or a status"
    rescue Exception => error # rubocop:disable Lint/RescueException
      @raised << error
      [500, {}, error.class.name]
    end

    def read(connection)
      request, *lines = connection.gets("\r\n\r\n").to_s.lines("\r\n", chomp: true)
      raise EOFError if lines.pop != "" # which ends the headers

      headers = lines.to_h { |line| line.split(/:\s*/, 2) }
      length = headers.find { |name, _| name.casecmp?("Content-Length") }&.last.to_i
      Webhook.new(request.split[1], headers, connection.read(length))
    end

    # Most blocks end with a value that is meant as no answer, such as that of `heard << webhook`; a number is taken for a status.
    def by_block(block, webhook)
      status = block.call(webhook)
      [status.is_a?(Numeric) ? status : 200, {}, ""]
    end

    def by_rack(app, port, webhook)
      status, headers, body = app.call(rack_env(port, webhook))
      content = +""
      body.each { |part| content << part }
      body.close if body.respond_to?(:close)
      [status.is_a?(String) ? status.to_i : status, headers.to_h.reject { |name, _| name.start_with?("rack.") }, content]
    end

    def rack_env(port, webhook)
      path, query = webhook.path.split("?", 2)
      sent = webhook.each_header.to_h { |name, value| [name.upcase.tr("-", "_"), value] }
      special = %w[CONTENT_TYPE CONTENT_LENGTH]
      {
        "REQUEST_METHOD" => "POST", "SCRIPT_NAME" => "", "PATH_INFO" => path, "QUERY_STRING" => query.to_s,
        "SERVER_NAME" => "127.0.0.1", "SERVER_PORT" => port.to_s, "SERVER_PROTOCOL" => "HTTP/1.1", "REMOTE_ADDR" => "127.0.0.1",
        "rack.version" => [1, 3], "rack.url_scheme" => "http", "rack.input" => StringIO.new(webhook.body), "rack.errors" => $stderr,
        "rack.multithread" => true, "rack.multiprocess" => false, "rack.run_once" => false,
        **sent.slice(*special), **sent.except(*special).transform_keys { |name| "HTTP_#{name}" }
      }
    end
  end
end
