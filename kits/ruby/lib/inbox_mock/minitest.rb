require "minitest"

require_relative "held"

module InboxMock
  # For test classes to include: `inbox_mock` is a test's sandbox. Its conduct is judged when the test ends.
  module Minitest
    def self.included(tests)
      tests.extend(Declaring)
    end

    # What a class says of the sandboxes of its tests.
    module Declaring
      # Take overrides: what the admin API takes when a sandbox is made, and `allow:`, codes of rules that its tests may break.
      def inbox_mock(**overrides)
        define_method(:inbox_mock_overrides) { { **super(), **overrides } }
      end
    end

    def inbox_mock_overrides
      {}
    end

    # The test's sandbox, made when it is first asked for.
    def inbox_mock(**overrides)
      raise Error, "the test's sandbox is there already: overrides belong into its first call" if @inbox_mock && overrides.any?

      @inbox_mock ||= Held.new(**inbox_mock_overrides, **overrides)
      @inbox_mock.sandbox
    end

    def after_teardown
      super
    ensure
      release_inbox_mock
    end

    private

    def release_inbox_mock
      file, line = method(name).source_location
      replay = "ruby #{file.delete_prefix("#{Dir.pwd}/")} -n #{name}"
      tell_journal(replay, "#{file}:#{line}") if @inbox_mock && failures.any? && !skipped?
      @inbox_mock&.release(replay: replay, location: "#{file}:#{line}")
    rescue ConductError => error
      raise ::Minitest::Assertion, error.message, error.backtrace
    end

    # Tell the latest requests beside the failure: what a test failed with is not changed.
    def tell_journal(replay, location)
      told = ::Minitest::Assertion.new(@inbox_mock.journal_told(replay).join("\n"))
      told.set_backtrace([location])
      failures << told unless told.message.empty?
    end
  end
end
