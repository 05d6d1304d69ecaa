module InboxMock
  class Error < StandardError; end

  # No server could be started, none answers, or another one than a fake.
  class ServerError < Error; end

  # The fake refused a call. The message says what was found and what was expected.
  class AdminError < Error
    attr_reader :status

    def initialize(message, status)
      super(message)
      @status = status
    end
  end

  # The client broke a rule of conduct, or a rule could not judge. The message says which, why it matters, and how to mend it.
  class ConductError < Error; end
end
