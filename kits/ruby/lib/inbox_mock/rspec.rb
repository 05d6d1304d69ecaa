require "rspec/core"

require_relative "held"

module InboxMock
  # `inbox_mock` in every example: the example's sandbox. Its conduct is judged when the example ends.
  module RSpec
    # The example's sandbox, made when it is first asked for, or before the example where its metadata has `inbox_mock:`, as `true` or a
    # Hash of overrides: what the admin API takes when a sandbox is made, and `allow:`, codes of rules that the example may break.
    def inbox_mock(**overrides)
      raise Error, "the example's sandbox is there already: overrides belong into its first call" if @inbox_mock && overrides.any?

      @inbox_mock ||= Held.new(**declared_for_inbox_mock, **overrides)
      @inbox_mock.sandbox
    end

    private def declared_for_inbox_mock
      example = ::RSpec.current_example or raise Error, "inbox_mock is an example's own: outside of one, use InboxMock.sandbox"
      declared = example.metadata[:inbox_mock]
      declared.is_a?(Hash) ? declared : {}
    end

    ::RSpec.configure do |config|
      config.include(self)
      config.backtrace_exclusion_patterns << /#{Regexp.escape(__dir__)}/
      config.prepend_before { |example| inbox_mock if example.metadata[:inbox_mock] }
      config.append_after do |example|
        replay = "rspec #{example.location_rerun_argument}"
        example.metadata[:extra_failure_lines] = @inbox_mock.journal_told(replay) if @inbox_mock && example.exception && !example.pending?
        location = example.metadata.values_at(:absolute_file_path, :line_number).join(":")
        @inbox_mock&.release(replay: replay, location: location)
      end
    end
  end
end
