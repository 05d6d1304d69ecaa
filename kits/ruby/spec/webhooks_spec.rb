require "openssl"
require "rack"

RSpec.describe "Webhooks" do
  it "come to a block while the clock is advanced, signed" do
    heard = []
    subscription = inbox_mock.webhooks_to(events: ["booking_created"], path: "/hook") { |webhook| heard << webhook }
    inbox_mock.book("airbnb")

    inbox_mock.clock.advance("1m")

    expect(heard.map(&:event)).to eq ["booking_created"]
    expect(heard[0].path).to eq "/hook"
    expect(heard[0]["x-content-signature"]).to eq OpenSSL::HMAC.hexdigest("SHA1", subscription["secret"], [heard[0].body].pack("m"))
  end

  it "come to a Rack application, as the specification of Rack wants" do
    bodies = []
    application = lambda do |env|
      bodies << Rack::Request.new(env).body.read
      [get("hosts", inbox_mock.url)["hosts"].empty? ? 500 : 204, {}, []]
    end
    inbox_mock.webhooks_to(Rack::Lint.new(application), path: "/hook?from=us")
    inbox_mock.book("airbnb")
    inbox_mock.clock.advance("1m")

    expect(bodies).not_to be_empty
    expect(inbox_mock.deliveries.flat_map { |one| one["attempts"] }.map { |one| one["status"] }.uniq).to eq [204]
  end

  it "are tried again if the block says that it failed, by its status" do
    statuses = [500, 200]
    inbox_mock.webhooks_to(events: ["booking_created"], retries: 1) { statuses.shift }
    inbox_mock.book("airbnb")
    inbox_mock.clock.settle

    expect(inbox_mock.deliveries.map { |one| one["attempts"].map { |attempt| attempt["status"] } }).to eq [[500, 200]]
  end

  [1, 0, 99, 600, 200.5].each do |returned|
    it "raise in the example if the block returns #{returned} by accident, or an application answers with it" do
      heard = 0
      inbox_mock.webhooks_to(events: ["booking_created"]) { heard += returned }
      inbox_mock.webhooks_to(->(_env) { [returned, {}, []] }, events: ["booking_created"])
      inbox_mock.book("airbnb")

      told = "the receiver returned #{returned}, which is no status from 100 to 599: return nothing, or a status"
      expect { inbox_mock.clock.advance("1m") }.to raise_error(RangeError, told)
      expect { inbox_mock.clock.advance("0s") }.to raise_error(RangeError, told)
      expect(inbox_mock.deliveries.map { |one| one["attempts"][0]["status"] }).to eq [500, 500]
    end
  end

  it "are answered with 200 by a block that ends with what is no number, as most do" do
    values = [nil, true, false, "done", [204], :created]
    inbox_mock.webhooks_to(events: ["booking_created"]) { values.shift }
    values.size.times { inbox_mock.book("airbnb") }
    inbox_mock.clock.advance("1m")

    expect(inbox_mock.deliveries.map { |one| one["attempts"].map { |attempt| attempt["status"] } }).to eq [[200]] * 6
  end

  it "raise in the example what their receiver raises, a failed expectation as well" do
    inbox_mock.webhooks_to(events: ["booking_created"]) { |webhook| expect(webhook.event).to eq "booking_destroyed" }
    inbox_mock.book("airbnb")

    expect { inbox_mock.clock.advance("1m") }.to raise_error(RSpec::Expectations::ExpectationNotMetError, /booking_created/)
  end

  # That of a program which cannot reach what it calls, and the one that ends an input.
  [Errno::ECONNREFUSED, EOFError].each do |error|
    it "raise in the example what their receiver raises, #{error} as well" do
      inbox_mock.webhooks_to(events: ["booking_created"]) { raise error, "to the database" }
      inbox_mock.book("airbnb")

      expect { inbox_mock.clock.advance("1m") }.to raise_error(error, /to the database/)
    end
  end

  it "raise when the example is judged, too, what their receiver raises, a refusal of the fake as well" do
    inbox_mock.webhooks_to(events: ["booking_created"]) { InboxMock.sandbox.tap(&:delete).book }
    inbox_mock.book("airbnb")
    Net::HTTP.post(URI("#{inbox_mock.root_url}/__admin/sandboxes/#{inbox_mock.id}/clock/advance"), '{"by": "1m"}', "Content-Type" => "application/json")

    expect { inbox_mock.judge }.to raise_error(InboxMock::AdminError) { |error| expect(error.status).to eq 404 }
    expect { inbox_mock.judge }.not_to raise_error
  end

  it "come to a block that somebody else has called in another way, or without a word" do
    heard = []
    port = URI(inbox_mock.webhooks_to(events: ["booking_created"]) { |webhook| heard << webhook.event }["url"]).port
    ["", "\r\n", "POST /\r\n", "POST / HTTP/1.1\r\nno header\r\n\r\n"].each do |said|
      TCPSocket.open("127.0.0.1", port) { |stranger| stranger.write(said) }
    end
    inbox_mock.book("airbnb")
    inbox_mock.clock.advance("1m")

    expect(heard).to eq ["booking_created"]
  end
end
