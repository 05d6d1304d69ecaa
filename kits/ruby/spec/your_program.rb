require "json"
require "net/http"

# What stands for a program that is tested with the kit: it knows a base address and a token, from the environment if nothing is said.
module YourProgram
  def get(path, url = "#{ENV.fetch("BOOKINGSYNC_URL")}/api/v3", token = ENV.fetch("BOOKINGSYNC_TOKEN"))
    JSON.parse(Net::HTTP.get(URI("#{url}/#{path}"), { "Authorization" => "Bearer #{token}" }))
  end

  def conversations_of(booking_id)
    get("bookings/#{booking_id}")["bookings"][0]["links"]["conversations"]
  end

  # Answer as a participant, without a channel: no guest reads that.
  def answer_nobody(sender_id: 2)
    message = {
      conversation_id: 1, sender_id: sender_id, content: "Welcome!", origin: "bookingsync_inbox", visibility: "external",
      sent_at: "2030-06-01T12:00:00Z"
    }
    headers = { "Authorization" => "Bearer #{ENV.fetch("BOOKINGSYNC_TOKEN")}", "Content-Type" => "application/vnd.api+json" }
    Net::HTTP.post(URI("#{ENV.fetch("BOOKINGSYNC_URL")}/api/v3/inbox/messages"), JSON.generate(messages: [message]), headers)
  end
end
