# What lets the judge command the client: a request in JSON per line comes in, an answer in JSON per line goes out.

require "json"

require_relative "inbox_client/inbox"

# Does what the judge asks for, one world after the other.
class Driver
  def start(api_url:, webhook_secret:, **credentials)
    account = InboxClient::Account.new(URI.join(api_url, "/").to_s, **credentials)
    @inbox = InboxClient::Inbox.new(account, webhook_secret)
    { can: %w[sync reply webhook] }
  end

  def sync
    @inbox.sync
    belief(*@inbox.copy.values_at(:bookings, :conversations, :participants, :messages).map(&:values))
  end

  def reply(booking_id:, content:)
    @inbox.reply(booking_id, content)
    {}
  end

  def webhook(headers:, body:)
    { accepted: @inbox.receive(headers.transform_keys(&:to_s), body) }
  end

  # Do what a request asks for. What the client puts off is answered `later`; what the service refuses is not done.
  def answer(id:, do:, **wanted)
    command = binding.local_variable_get(:do) # a keyword of Ruby
    { id: id, ok: true, **public_send(command, **wanted) }
  rescue InboxClient::Later => later
    warn later.message
    { id: id, ok: false, later: true }
  rescue InboxClient::Refused => refused
    warn refused.message
    { id: id, ok: false }
  end

  private

  # What the client believes, as the judge wants to hear it.
  def belief(bookings, conversations, participants, messages)
    {
      bookings: bookings.map { |one| { id: one.id, conversation_ids: one.links.conversations } },
      conversations: conversations.map do |one|
        {
          id: one.id,
          booking_ids: one.links.bookings,
          closed: !one.closed_at.nil?,
          participants: of(one, participants).map { |each| { id: each.id, **member(each.links.member) } },
          messages: of(one, messages).map { |each| { id: each.id, sender_id: each.links.sender, content: each.content } }
        }
      end
    }
  end

  def of(conversation, records)
    records.select { |record| record.links.conversation == conversation.id }
  end

  def member(link)
    { member_type: link[:type], member_id: link[:id] }
  end
end

if $PROGRAM_NAME == __FILE__
  $stdin.set_encoding("UTF-8")
  $stdout.sync = true
  driver = Driver.new
  $stdin.each_line { |line| puts JSON.generate(driver.answer(**JSON.parse(line, symbolize_names: true))) }
end
