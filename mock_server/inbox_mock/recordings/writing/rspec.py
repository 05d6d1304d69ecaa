"""A test for RSpec, which sends the requests with net/http to a sandbox of its own on a running server."""

from collections.abc import Iterator

from inbox_mock.recordings.writing import Traffic, Writer, can_be_sent, filled

TEMPLATE = """\
@TOLD@
# Run it beside a server, inbox-mock serve: rspec FILE
# INBOX_MOCK_URL is the root of another server, INBOX_MOCK_ADMIN_TOKEN the token that its admin API wants, if it does.
# Then let your client send the requests, in place of the loop, and expect what it should do.
require "json"
require "net/http"
require "rspec"

recorded = JSON.parse(<<'RECORDED_JSON')
@RECORDED@
RECORDED_JSON

RSpec.describe "a sandbox" do
  let(:root) { ENV.fetch("INBOX_MOCK_URL", "http://127.0.0.1:8089") }

  def send_to(method, path, headers, body)
    uri = URI(root + path)
    Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") do |http|
      http.send_request(method, uri.request_uri, body, headers)
    end
  end

  def admin(method, path, body = nil)
    headers = { "Content-Type" => "application/json" }
    headers["Authorization"] = "Bearer #{ENV['INBOX_MOCK_ADMIN_TOKEN']}" if ENV["INBOX_MOCK_ADMIN_TOKEN"]
    answer = send_to(method, "/__admin/sandboxes#{path}", headers, body && JSON.generate(body))
    raise "#{method} #{path}: #{answer.code} #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)

    answer.body && JSON.parse(answer.body)
  end

  def holding(expected)
    case expected
    when Hash then expected.empty? ? be_a(Hash) : a_hash_including(expected.transform_values { |value| holding(value) })
    when Array then match(expected.map { |value| holding(value) })
    else eq(expected)
    end
  end

  it "answers as recorded" do
    id = admin("POST", "", scenario: recorded["scenario"], clock: { mode: "manual" }, ttl: "1h")["id"]
    tokens = recorded["tokens"].transform_values { |made| admin("POST", "/#{id}/tokens", made)["token"] }
    recorded["steps"].each.with_index(1) do |step, number|
      admin("POST", "/#{id}/clock/advance", to: step["at"]) if step["at"]
      if step["admin"]
        admin(step["method"], "/#{id}#{step['path']}", JSON.parse(step["body"]))
        next
      end
      headers = step["headers"].merge(step["token"] ? { "Authorization" => "Bearer #{tokens[step['token']]}" } : {})
      where = "step #{number}, #{step['method']} #{step['path']}"
      begin
        answer = send_to(step["method"], step["path"], headers, step["body"])
      rescue SystemCallError, IOError, Timeout::Error, Net::ProtocolError => error
        expect(step["status"]).to be_nil, "#{where}: #{error}"
        next
      end
      where += ": #{answer.body}"
      expect(answer.code.to_i).to(eq(step["status"]), where) if step["status"]
      expect(JSON.parse(answer.body)).to holding(step["answer"]) if step["answer"]
    end
    errors = admin("GET", "/#{id}/report")["violations"].select { |one| one["severity"] == "error" }
    wrong = errors.map { |one| "#{one["code"]} the client #{one["title"]}. #{one["fix"]}" }
    expect(wrong).to be_empty, "the requests break rules of conduct, see inbox-mock report: #{wrong.join("\n")}"
    admin("DELETE", "/#{id}")
  end
end
"""


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield the test."""
    return filled(TEMPLATE, traffic, "# ")


WRITER = Writer(says="a test for RSpec", ending="_spec.rb", kind="text/x-ruby; charset=utf-8", write=write, takes=can_be_sent, tests=True)
