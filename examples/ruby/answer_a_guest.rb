# Answer a guest, with net/http. Start the fake (inbox-mock serve), then: ruby examples/ruby/answer_a_guest.rb

require "json"
require "net/http"
require "time"

ROOT = ENV.fetch("INBOX_MOCK_URL", "http://127.0.0.1:8089")

def call(kind, url, body = nil, headers = { "Content-Type" => "application/json" })
  uri = URI(url)
  request = kind.new(uri, headers)
  request.body = JSON.generate(body) if body
  answer = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") { |http| http.request(request) }
  raise "#{url}: #{answer.code} #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)

  JSON.parse(answer.body)
end

# A world of its own, on a clock that stands. What is done to it is not part of your program.
SANDBOX = call(Net::HTTP::Post, "#{ROOT}/__admin/sandboxes", { scenario: "agency" })

def admin(path, body = nil)
  call(body ? Net::HTTP::Post : Net::HTTP::Get, "#{ROOT}/__admin/sandboxes/#{SANDBOX["id"]}#{path}", body)
end

# Your program knows these two, as it knows https://www.bookingsync.com/api/v3 and the token of an account.
API = SANDBOX["api_url"]
HEADERS = { "Authorization" => "Bearer #{SANDBOX["token"]}", "Content-Type" => "application/vnd.api+json" }

def get(path)
  call(Net::HTTP::Get, API + path, nil, HEADERS)
end

def post(path, body)
  call(Net::HTTP::Post, API + path, body, HEADERS)
end

def conversation_of(booking_id)
  get("/bookings/#{booking_id}")["bookings"][0]["links"]["conversations"][0]
end

# A guest books on Airbnb. There is no conversation yet, and making one would be a mistake: the channel opens its own.
wish = { channel: "airbnb", guest: { fullname: "Ada Bauer" }, conversation_delay: "10m", host_participant: false }
booking = admin("/bookings", wish)["booking"]
puts "Booking #{booking["id"]} has no conversation yet." if conversation_of(booking["id"]).nil?

# Time passes, and your program looks again. The guest has a question.
admin("/clock/advance", { by: "10m" })
id = conversation_of(booking["id"])
puts "Its conversation is #{id}."
admin("/conversations/#{id}/messages", { from: "guest", content: "Is there a garage?" })

# Who answers is a Host participant. Is there one? Otherwise let a host of the account take part.
conversation = get("/inbox/conversations/#{id}?include=participants")["conversations"][0]
sender = conversation["participants"].find { |participant| participant["links"]["member"]["type"] == "Host" }
sender ||= post("/inbox/participants", { participants: [
  { conversation_id: id, member_type: "Host", member_id: get("/hosts")["hosts"][0]["id"] }
] })["participants"][0]

# The conversation's default_channel as the message's channel: without it the message is stored, and no guest sees it.
post("/inbox/messages", { messages: [
  { conversation_id: id, sender_id: sender["id"], content: "There is, right under the house.", origin: "bookingsync_inbox",
    visibility: "external", channel: conversation["default_channel"], sent_at: Time.now.utc.iso8601 }
] })

# What Ada sees on Airbnb.
admin("/clock/advance", { by: "5m" })
admin("/conversations/#{id}/thread")["messages"].each { |message| puts "#{message["from"]}: #{message["content"]}" }
