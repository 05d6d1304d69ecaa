require "rbconfig"

RSpec.describe InboxMock::Server do
  ruby = [RbConfig.ruby, "-I", File.expand_path("../lib", __dir__), "-r", "inbox_mock", "-e"]
  without = { "INBOX_MOCK_URL" => nil }

  def gone?(url)
    Net::HTTP.get_response(URI(url)) && false
  rescue SystemCallError
    true
  end

  # It is there until then: a fork of the process that ends changes nothing.
  %w[KILL INT].each do |signal|
    it "ends with the process that has started it, by SIG#{signal}" do
      program = "InboxMock.server; Process.wait(fork { nil }); puts InboxMock.sandbox.root_url; $stdout.flush; Process.kill(:#{signal}, $$); sleep"
      url = IO.popen(without, [*ruby, program], err: File::NULL, &:gets).chomp

      sleep 0.02 until gone?(url)
    end
  end

  it "is the one that INBOX_MOCK_URL names" do
    expect(IO.popen({ "INBOX_MOCK_URL" => "http://127.0.0.1:1" }, [*ruby, "puts InboxMock.server.url"], &:read)).to eq "http://127.0.0.1:1\n"
  end

  it "refuses an INBOX_MOCK_URL that is blank" do
    expect { described_class.new(" ") }.to raise_error(InboxMock::ServerError, /root is " "; expected/)
  end

  it "says how to get it if it is not installed" do
    program = "begin; InboxMock.server; rescue InboxMock::ServerError => error; puts error.message; end"

    expect(IO.popen({ **without, "INBOX_MOCK_COMMAND" => "no-such-command" }, [*ruby, program], &:read)).to eq(
      "cannot start no-such-command (No such file or directory - no-such-command): " \
      "install it (`pip install .` in a checkout of Inbox Mock), name the command by INBOX_MOCK_COMMAND, or a server that runs by INBOX_MOCK_URL\n"
    )
  end

  it "says who does not answer" do
    expect { described_class.new("http://127.0.0.1:1").call(:get, "/sandboxes") }.to raise_error(InboxMock::ServerError, /127\.0\.0\.1:1/)
  end
end
