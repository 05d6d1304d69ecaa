require_relative "lib/inbox_mock/version"

Gem::Specification.new do |spec|
  spec.name = "bookingsync-inbox-mock"
  spec.version = InboxMock::VERSION
  spec.summary = "A sandbox of Inbox Mock, a fake of the BookingSync (Smily) Inbox API, for each test of RSpec or Minitest."
  spec.authors = ["The authors of Inbox Mock"]
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.0"
  spec.files = Dir.glob("lib/**/*.rb", base: __dir__) + %w[LICENSE README.md]
end
