# A copy of the inbox that is kept in step with the service, and answers to guests that reach them once.

require "set"

require_relative "../../ruby_client/inbox_client/webhooks"
require_relative "account"

module InboxClient
  # What one account's inbox looks like, as far as we have heard.
  #
  # `copy` holds the gem's resources by list and id. `@unsure` holds answers of which nobody knows whether they arrived, each with the
  # messages of the same words that there were before. Keep them, and `@synced_at`, in a database if they are to outlive the process.
  class Inbox
    # Bookings are listed from today on, unless the query says otherwise.
    LISTS = { bookings: { from: "1970-01-01" }, conversations: {}, participants: {}, messages: {} }.freeze

    attr_reader :copy

    def initialize(account, webhook_secret, now: -> { Time.now })
      @account = account
      @webhook_secret = webhook_secret
      @now = now
      @copy = LISTS.transform_values { {} }
      @synced_at = {}
      @hinted = Set.new
      @unsure = {}
    end

    # Bring the copy up to date. Whatever was done before an interruption, told by Later, stays done.
    def sync
      LISTS.each { |name, query| catch_up(name, query) }
      follow_hints
    end

    # Take a webhook, and tell whether it is genuine: answer 2xx if so, and 4xx if not.
    #
    # It says that something happened, and perhaps not in the right order: so it only marks what the next sync should look at.
    def receive(headers, body)
      _, signature = headers.find { |name, _| name.casecmp?("X-Content-Signature") }
      return false unless Webhooks.signed?(@webhook_secret, signature.to_s, body)

      kind, id = Webhooks.hint_in(body)
      @hinted << id if kind == "conversation"
      true
    end

    # Answer a booking's guest, in the conversation that the booking's channel opened.
    #
    # Call it again with the same arguments after Later: a message that has arrived is not sent twice. Raises Later also as long as
    # the channel has not opened the conversation, and Refused if the service does not take the message.
    def reply(booking_id, content)
      sync
      conversation = conversation_of(booking_id)
      raise Later, "booking #{booking_id} has no conversation yet; its channel will open one" if conversation.nil?

      attempt = [booking_id, content]
      said = said(conversation, content)
      before = @unsure[attempt]
      if before.nil? || (said - before).empty?
        sender = host_in(conversation) || add_host(conversation)
        begin
          say(conversation, sender, content)
        rescue LostAnswer
          @unsure[attempt] ||= said
          raise
        end
      end
      @unsure.delete(attempt)
    end

    private

    # Fetch what changed in a list since the last time, or all of it the first time.
    #
    # The time counts only when the last page has come. A list that was asked for in full then also tells what is gone: of a record
    # that an earlier listing, cut short, has brought, no later one says so.
    def catch_up(name, query)
      since = { updated_since: @synced_at[name] }.compact
      unseen = nil
      anew = -> { unseen = since.empty? ? @copy[name].keys : [] }
      synced_at = @account.list(name, start: anew, **query, **since) do |records, meta|
        records.each { |record| remember(name, record) }
        unseen -= records.map(&:id)
        meta[:deleted_ids].to_a.each { |id| @copy[name].delete(id) }
      end
      unseen.each { |id| @copy[name].delete(id) }
      @synced_at[name] = synced_at
    end

    # Keep a record, unless a newer state of it is known.
    def remember(name, record)
      known = @copy[name][record.id]
      return if known && known.updated_at > record.updated_at

      @copy[name][record.id] = record
      @hinted.delete(record.id) if name == :conversations
    end

    # Fetch the conversations that webhooks spoke of and the list did not bring.
    #
    # Tying a booking to a conversation moves no `updated_at`: only a webhook tells of it.
    def follow_hints
      hinted = @hinted.sort
      return if hinted.empty?

      begin
        @account.list(:conversations, ids: hinted) { |records, _| records.each { |record| remember(:conversations, record) } }
      rescue NotFound
        nil # they are gone
      end
      @hinted.subtract(hinted)
    end

    # The conversation in which the guest reads, or nil as long as there is none.
    #
    # A channel's booking may be tied to a conversation of somebody else's before the channel opens its own, and no guest ever
    # reads that one.
    def conversation_of(booking_id)
      booking = @copy[:bookings][booking_id]
      linked = booking ? booking.links.conversations : []
      tied = @copy[:conversations].values.select { |one| linked.include?(one.id) || one.links.bookings.include?(booking_id) }
      tied.select! { |one| maker_of(one) == maker_of(booking) } if booking && maker_of(booking).first == "Doorkeeper::Application"
      tied.min_by(&:id)
    end

    # A Host participant of the conversation: nobody else can speak in it.
    def host_in(conversation)
      @copy[:participants].values.find { |one| one.links.conversation == conversation.id && one.links.member[:type] == "Host" }
    end

    # Let the conversation's assignee take part, or the first host where there is none.
    def add_host(conversation)
      hosts = []
      @account.list(:hosts, start: -> { hosts.clear }) { |records, _| hosts.concat(records) }
      raise Later, "the account has no host who could answer" if hosts.empty?

      host_id = conversation.links.assignee || hosts.map(&:id).min
      made = @account.create(:create_participant, { conversation_id: conversation.id, member_id: host_id, member_type: "Host" })
      remember(:participants, made)
      made
    end

    # The ids of our messages of these words in the conversation.
    def said(conversation, content)
      ours = @copy[:messages].values.select do |one|
        one.links.conversation == conversation.id && one.content == content && host?(one.links.sender)
      end
      ours.map(&:id)
    end

    def host?(participant_id)
      @copy[:participants][participant_id]&.links&.member&.fetch(:type) == "Host"
    end

    # Send a message as a participant. The guest sees it if its channel is the conversation's `default_channel`.
    def say(conversation, sender, content)
      message = @account.create(
        :create_message,
        {
          conversation_id: conversation.id,
          sender_id: sender.id,
          content: content,
          origin: "bookingsync_inbox",
          visibility: "external",
          channel: conversation.default_channel,
          sent_at: @now.call.utc
        }
      )
      remember(:messages, message)
    end

    # Type and id of who made a record. The documentation does not say whether they are attributes or a link.
    def maker_of(record)
      link = record.links[:created_by] || {}
      [record.fetch(:created_by_type, link[:type]), record.fetch(:created_by_id, link[:id])]
    end
  end
end
