# Receive webhooks with Rack.
require "rack"
require_relative "signature"

app = lambda do |env|
  request = Rack::Request.new(env)
  body = request.body.read
  [genuine?(body, request.get_header("HTTP_X_CONTENT_SIGNATURE")) ? 204 : 401, {}, []]
end

Rack::Handler::WEBrick.run(app, Host: "127.0.0.1", Port: PORT)
