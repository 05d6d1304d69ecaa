# Receive webhooks with Sinatra.
require "sinatra/base"
require_relative "signature"

class Receiver < Sinatra::Base
  post "/webhooks" do
    genuine?(request.body.read, request.get_header("HTTP_X_CONTENT_SIGNATURE")) ? 204 : 401
  end
end

Rack::Handler::WEBrick.run(Receiver, Host: "127.0.0.1", Port: PORT)
