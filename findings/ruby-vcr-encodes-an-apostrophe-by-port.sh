#!/usr/bin/env bash
# VCR 5.0.0 for Ruby records an apostrophe of a query as %27 where the port is the usual one of the scheme, and as it is with another.
#
# WebMock 3.18.1 hands it an address that Addressable 2.8.1 has normalised: with the port written out, and %27 turned into the apostrophe
# that RFC 3986 allows. VCR takes a usual port off (`without_standard_port` in structs.rb), for which it parses the address with Ruby's
# URI and writes it again, and URI#query= encodes an apostrophe; addresses with another port are left as they are. So one request has
# two spellings: recorded from a server on a port of the development machine, a cassette is not found when it is played for the
# production address, put in by search and replace, and a search for the name finds one of the two. Whether the caller wrote %27 makes
# no difference; that goes over the wire as written. The setting `uri_parser = Addressable::URI` avoids it.
# The requests go through a proxy on loopback, which answers all of them itself, so that port 80 can be recorded.
# It takes the packages of Debian 12 with apt-get, and needs its Ruby; elsewhere it says so and exits with 77.
#
# Seen with Ruby 3.1.2 (uri 0.11.0):
#   asked for http://api.example.test:80/rentals?name=O'Brien, recorded as http://api.example.test/rentals?name=O%27Brien
#   asked for http://api.example.test:8080/rentals?name=O'Brien, recorded as http://api.example.test:8080/rentals?name=O'Brien
#   asked for http://api.example.test:8080/rentals?name=O%27Brien, recorded as http://api.example.test:8080/rentals?name=O'Brien
#   recorded on port 8080, the address changed to port 80, played: not found; changed with %27: found
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
packages=(ruby-vcr=6.0.0+really5.0.0-5 ruby-webmock=3.18.1-2 ruby-addressable=2.8.1-1 ruby-public-suffix=4.0.6+ds-2 ruby-crack=0.4.4-4 ruby-hashdiff=1.0.1-1)
if ! command -v ruby > /dev/null || ! apt-get --quiet download "${packages[@]}" > apt.log 2>&1; then
  cat apt.log >&2 || true
  echo "skipped: it needs Ruby, and apt-get with the packages of Debian 12" >&2
  exit 77
fi
for package in *.deb; do
  dpkg-deb --extract "$package" installed
done

gems="$folder/installed/usr/share/rubygems-integration/all"
GEM_PATH="$gems:$(ruby -e 'puts Gem.path.join(":")')"  # REXML comes with Ruby
export GEM_HOME="$gems" GEM_PATH
timeout 60 ruby -I "$folder/installed/usr/lib/ruby/vendor_ruby" - <<'RUBY'
require "net/http"
require "socket"
require "vcr"
require "webmock"
require "yaml"

puts "Ruby #{RUBY_VERSION} uri #{URI::VERSION} VCR #{VCR.version} WebMock #{WebMock::VERSION} Addressable #{Addressable::VERSION::STRING}"
abort "installed elsewhere" unless [VCR, WebMock, Addressable].all? { |name| Object.const_source_location(name.to_s)[0].start_with?(Dir.pwd) }
proxy = TCPServer.new("127.0.0.1", 0)
Thread.new do
  loop do
    client = proxy.accept
    nil until client.gets == "\r\n"
    client.write "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"
    client.close
  end
end
VCR.configure do |config|
  config.cassette_library_dir = Dir.pwd
  config.hook_into :webmock
end

def get(port, query, proxy)
  Net::HTTP.new("api.example.test", port, "127.0.0.1", proxy.addr[1]).get("/rentals?#{query}").body
end

def recorded(name)
  YAML.load_file("#{name}.yml")["http_interactions"].map { |interaction| interaction["request"]["uri"] }.join(" ")
end

def played(name, proxy)
  VCR.use_cassette(name, record: :none) { get(80, "name=O'Brien", proxy) }
  "found"
rescue VCR::Errors::UnhandledHTTPRequestError
  "not found"
end

found = [[80, "name=O'Brien"], [8080, "name=O'Brien"], [8080, "name=O%27Brien"]].each_with_index.map do |(port, query), number|
  VCR.use_cassette("recorded-#{number}") { get(port, query, proxy) }
  "asked for http://api.example.test:#{port}/rentals?#{query}, recorded as #{recorded("recorded-#{number}")}"
end
changed = File.read("recorded-1.yml").sub("test:8080", "test")
File.write("changed.yml", changed)
File.write("encoded.yml", changed.sub("O'Brien", "O%27Brien"))
found << "recorded on port 8080, the address changed to port 80, played: #{played("changed", proxy)}; changed with %27: #{played("encoded", proxy)}"
puts found
abort "CHANGED: VCR no longer does what this script describes" unless found == [
  "asked for http://api.example.test:80/rentals?name=O'Brien, recorded as http://api.example.test/rentals?name=O%27Brien",
  "asked for http://api.example.test:8080/rentals?name=O'Brien, recorded as http://api.example.test:8080/rentals?name=O'Brien",
  "asked for http://api.example.test:8080/rentals?name=O%27Brien, recorded as http://api.example.test:8080/rentals?name=O'Brien",
  "recorded on port 8080, the address changed to port 80, played: not found; changed with %27: found",
]
puts "as described"
RUBY
