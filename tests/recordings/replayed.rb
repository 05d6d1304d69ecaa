# Send requests to a cassette of VCR: ruby replayed.rb FOLDER CASSETTE < requests.json
# Each request is [method, url, headers, body or null]; prints a list of [status, headers, body in Base64].
require "base64"
require "json"
require "net/http"
require "vcr"

VCR.configure do |config|
  config.cassette_library_dir = ARGV[0]
  config.hook_into :webmock
  config.default_cassette_options = { record: :none, match_requests_on: %i[method uri body] }
end

answers = VCR.use_cassette(ARGV[1]) do
  JSON.parse($stdin.read).map do |method, url, headers, body|
    uri = URI(url)
    answer = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") do |http|
      http.send_request(method, uri.request_uri, body, { "Accept-Encoding" => "identity" }.merge(headers))
    end
    [answer.code.to_i, answer.to_hash, Base64.strict_encode64(answer.body || "")]
  end
end
puts JSON.generate(answers)
