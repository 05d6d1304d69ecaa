require "rbconfig"
require "socket"
require "tmpdir"

RSpec.describe InboxMock::Server do
  ruby = [RbConfig.ruby, "-I", File.expand_path("../lib", __dir__), "-r", "inbox_mock", "-e"]
  without = { "INBOX_MOCK_URL" => nil }

  around { |example| Dir.mktmpdir { |folder| @folder = folder and example.run } }

  # The path of a shell script that stands for `inbox-mock`.
  def script(content)
    "#{@folder}/wrapper".tap { |path| File.write(path, "#!/bin/sh\n#{content}\n", perm: 0o755) }
  end

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

  it "is one that is started where the environment's variables are blank" do
    blank = { "INBOX_MOCK_URL" => " ", "INBOX_MOCK_COMMAND" => "", "INBOX_MOCK_START_SECONDS" => "", "INBOX_MOCK_ADMIN_TOKEN" => "" }

    expect(IO.popen(blank, [*ruby, "puts InboxMock.server.url"], &:read)).to start_with "http://127.0.0.1:"
  end

  it "refuses a root that is no URL" do
    expect { described_class.new(" ") }.to raise_error(InboxMock::ServerError, /root is " "; expected/)
  end

  it "says how to get it if it is not installed" do
    program = "begin; InboxMock.server; rescue InboxMock::ServerError => error; puts error.message; end"

    expect(IO.popen({ **without, "INBOX_MOCK_COMMAND" => "no-such-command" }, [*ruby, program], &:read)).to eq(
      "cannot start no-such-command (No such file or directory - no-such-command): " \
      "install it (`pip install .` in a checkout of Inbox Mock), name the command by INBOX_MOCK_COMMAND, or a server that runs by INBOX_MOCK_URL\n"
    )
  end

  it "ends a command that names no address in time, with what it has started, and says so" do
    command = script("echo waiting; sleep 60")
    program = "begin; InboxMock.server; rescue InboxMock::ServerError => error; puts error.message; end"
    said = IO.popen({ **without, "INBOX_MOCK_COMMAND" => command, "INBOX_MOCK_START_SECONDS" => "0.5" }, [*ruby, program], &:read)

    expect(said).to eq "cannot start #{command}: it has not said its address, such as http://127.0.0.1:8089, within 0.5 s: waiting\n"
    expect(`pgrep -f #{command}`).to be_empty
  end

  ["0", "-1", "soon", "NaN", "3601"].each do |seconds|
    it "refuses a limit of #{seconds} seconds" do
      program = "begin; InboxMock.server; rescue InboxMock::ServerError => error; puts error.message; end"

      expect(IO.popen({ **without, "INBOX_MOCK_START_SECONDS" => seconds }, [*ruby, program], &:read)).to eq(
        "INBOX_MOCK_START_SECONDS is #{seconds.inspect}; expected seconds, more than 0 and at most 3600\n"
      )
    end
  end

  it "may say something before its address" do
    command = script(%(echo Activating the environment; exec inbox-mock "$@"))

    expect(IO.popen({ **without, "INBOX_MOCK_COMMAND" => command }, [*ruby, "puts InboxMock.server.url"], &:read)).to start_with "http://127.0.0.1:"
  end

  describe "at the URL of something else" do
    def answering(answer)
      listening = TCPServer.new("127.0.0.1", 0)
      heard = +""
      thread = Thread.new do
        loop do
          connection = listening.accept
          heard << connection.gets("\r\n\r\n")
          connection.write(answer)
          connection.close
        end
      end
      yield "http://127.0.0.1:#{listening.addr[1]}", heard
    ensure
      thread.kill.join
      listening.close
    end

    def answer(status, type, body)
      "HTTP/1.1 #{status}\r\nContent-Type: #{type}\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}"
    end

    [["404 Not Found", "text/html", "<html>no such page</html>"], ["404 Not Found", "application/json", "{}"], ["302 Found", "text/html", ""],
     ["200 OK", "text/plain", "OK"], ["200 OK", "application/json", "{}"], ["200 OK", "application/json", "[1]"],
     ["200 OK", "application/json", "<html>"]].each do |status, type, body|
      it "says that this is no Inbox Mock, for #{status} with #{body.inspect} as #{type}" do
        answering(answer(status, type, body)) do |url|
          allow(InboxMock).to receive(:server).and_return(described_class.new(url))
          told = "#{url} is no Inbox Mock: POST /__admin/sandboxes was answered with #{status[0, 3]} and #{type}"

          expect { InboxMock.sandbox }.to raise_error(InboxMock::ServerError, told)
        end
      end
    end

    it "says that what it is told is not HTTP" do
      answering("SSH-2.0-OpenSSH_9.2\r\n") do |url|
        expect { described_class.new(url).call(:get, "/sandboxes") }.to raise_error(InboxMock::ServerError, /\Ano answer from #{url}: /)
      end
    end

    it "is sent no admin token if that is blank" do
      before = ENV.fetch("INBOX_MOCK_ADMIN_TOKEN", nil)
      ENV["INBOX_MOCK_ADMIN_TOKEN"] = " "
      answering(answer("200 OK", "application/json", "{}")) do |url, heard|
        described_class.new(url).call(:get, "/sandboxes")

        expect(heard).to match(/^content-type: application/i).and(satisfy { |head| !head.match?(/^authorization/i) })
      end
    ensure
      ENV["INBOX_MOCK_ADMIN_TOKEN"] = before
    end
  end

  it "says who does not answer" do
    expect { described_class.new("http://127.0.0.1:1").call(:get, "/sandboxes") }.to raise_error(InboxMock::ServerError, /127\.0\.0\.1:1/)
  end
end
