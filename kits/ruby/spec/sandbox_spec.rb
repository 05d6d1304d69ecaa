require "time"

RSpec.describe InboxMock::Sandbox do
  it "has a conversation once the channel has opened it" do
    booking = inbox_mock.book("airbnb", conversation_delay: "10m")
    expect(conversations_of(booking["id"])).to eq []

    inbox_mock.clock.advance("10m")

    expect(conversations_of(booking["id"]).size).to eq 1
  end

  it "is where the environment leads while the example runs", :inbox_mock do
    expect(ENV.values_at("BOOKINGSYNC_URL", "BOOKINGSYNC_TOKEN")).to eq [inbox_mock.root_url, inbox_mock.token]
    expect(ENV.fetch("BOOKINGSYNC_APP_ID")).to eq inbox_mock.application["client_id"]
  end

  it "may be deleted by its example" do
    inbox_mock.delete
  end

  it "is another one in each example" do
    expect(get("inbox/conversations", inbox_mock.url, inbox_mock.token)["conversations"]).not_to be_empty
    expect(inbox_mock.journal.map { |entry| entry["id"] }).to eq [1]
  end

  it "begins as the metadata says", inbox_mock: { scenario: "empty", seed: 3, strict: true } do
    expect(inbox_mock.made).to include("scenario" => "empty", "seed" => 3, "strict" => true)
  end

  it "begins as a file says", inbox_mock: { scenario: File.join(__dir__, "late.yaml") } do
    expect(inbox_mock.made["seed"]).to eq 9
    expect(inbox_mock.clock.advance(until: "conversation_opened").last["about"]).to include("booking_id" => 80)
  end

  it "begins as its first call says" do
    expect(inbox_mock(scenario: { rentals: [{ id: 16, name: "Chalet Les Robles" }] }).book("direct")["links"]["rental"]).to eq 16
    expect { inbox_mock(seed: 4) }.to raise_error(InboxMock::Error, /is there already/)
  end

  it "plays the guest, the channel and the staff" do
    conversation = inbox_mock.open_conversation(inbox_mock.book("airbnb", conversation_delay: "never")["id"])["id"]
    inbox_mock.add_host(conversation, get("hosts", inbox_mock.url)["hosts"][0]["id"])
    inbox_mock.write(conversation, "May we bring our dog?")
    inbox_mock.change(conversation, closed: true)

    expect(inbox_mock.thread(conversation).map { |message| message["content"] }).to eq ["May we bring our dog?"]
  end

  it "lets the guest cancel" do
    booking = inbox_mock.book("airbnb", conversation_delay: "10m")

    expect(inbox_mock.cancel(booking["id"])["canceled_at"]).to eq inbox_mock.clock.now
  end

  it "takes times and whatever is written as a duration of ISO 8601" do
    day = Struct.new(:iso8601).new("P1D")
    before = Time.iso8601(inbox_mock.clock.now)
    inbox_mock.clock.advance(day)
    inbox_mock.clock.advance(to: before + (2 * 86_400))

    expect(Time.iso8601(inbox_mock.clock.now)).to eq before + (2 * 86_400)
  end

  it "fails as it is told to, and so often" do
    fault = inbox_mock.fault("status", status: 503, times: 1, match: { path: "/bookings" })
    statuses = Array.new(2) { Net::HTTP.get_response(URI("#{inbox_mock.url}/bookings"), { "Authorization" => "Bearer #{inbox_mock.token}" }).code }

    expect(statuses).to eq %w[503 200]
    expect(inbox_mock.faults.map { |one| one.values_at("id", "struck") }).to eq [[fault["id"], 1]]
  end

  it "says what was wrong with a call" do
    expect { inbox_mock.book("arbnb") }.to raise_error(InboxMock::AdminError, /\Achannel: found "arbnb"; did you mean 'airbnb'\? Expected one of /)
    expect { inbox_mock.cancel(0) }.to raise_error { |error| expect(error.status).to eq 404 }
  end

  it "says which file of a scenario is not there" do
    expect { InboxMock.sandbox(scenario: "nope.yaml") }.to raise_error(InboxMock::Error, /\Ascenario: found no file nope\.yaml in /)
  end

  it "points the official gem at itself" do
    official = stub_const("BookingSync::API", Class.new)
    expect(official).to receive(:new).with(inbox_mock.token, base_url: inbox_mock.root_url, logger: nil).and_return(:client)

    expect(inbox_mock.client(logger: nil)).to eq :client
  end

  it "says that the official gem is not loaded" do
    hide_const("BookingSync::API")

    expect { inbox_mock.client }.to raise_error(InboxMock::Error, /not loaded/)
  end
end
