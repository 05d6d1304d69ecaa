require "open3"
require "rbconfig"

# The examples of rule_breakers.rb, run by an RSpec of their own: by its description, what failed in each.
RSpec.describe "A rule that is broken" do
  folder = __dir__

  before(:context) do
    environment = { "INBOX_MOCK_URL" => InboxMock.server.url }
    command = [RbConfig.ruby, "-S", "rspec", "--format", "json", "--format", "progress", "--options", "/dev/null", "-I", folder, "-I", File.join(folder, "../lib")]
    @printed, = Open3.capture2(environment, *command, "#{folder}/rule_breakers.rb")
    examples = JSON.parse(@printed[/^{.*}$/])["examples"]
    @failures = examples.to_h { |one| [one["description"], one.dig("exception", "message")] }
  end

  it "fails the example, and says which, why, and what to do" do
    told = @failures["breaks a rule"]

    expect(told.lines[0]).to match(/\AThe client broke the rules of conduct once \(scenario agency, seed 7\)\.\n\z/)
    expect(told).to include("MSG002  the client answered in a channel's conversation", "  why: ", "  fix: ", "not relayed: channel is null")
    expect(told).to end_with(%(replay: rspec #{folder.delete_prefix("#{Dir.pwd}/").prepend("./")}/rule_breakers.rb:6\non purpose? allow: ["MSG002"]))
  end

  it "is told beside the failure of the example itself" do
    expect(@failures["fails, and breaks a rule"]).to include("expected: 2", "MSG002")
  end

  it "is told without the latest requests, which stand beside each failure of an example that fails by itself" do
    expect(@printed.scan(/Inbox Mock: the journal\n +1  2030-06-01T12:00:00Z  POST \S+  201  \(not relayed: .*\n\s*\n +replay: rspec \S+:\d+   \(scenario agency, seed 7\)/).size).to eq 2
  end

  it "is nothing if it is allowed, by the metadata or in the example" do
    expect(@failures.values_at("is allowed to break it", "allows itself to break it")).to eq [nil, nil]
  end

  it "is expected by a pending example" do
    expect(@failures["breaks a rule, which is pending"]).to be_nil
  end

  it "is told by name if it is allowed under a wrong one" do
    expect(@failures["allows what is no rule"]).to include("allow: ", "MSG002")
  end
end
