require "minitest/autorun"

require_relative "../lib/inbox_mock/minitest"
require_relative "../spec/your_program"

class InboxMockTest < Minitest::Test
  # Tests to be run one by one by those below.
  class Inner < Minitest::Test
    include InboxMock::Minitest
    include YourProgram

    inbox_mock scenario: "agency", seed: 5

    def self.runnable_methods
      []
    end

    def breaks_a_rule
      inbox_mock
      answer_nobody
    end

    def is_allowed_to
      inbox_mock(allow: ["MSG002"])
      answer_nobody
    end

    def fails_by_itself
      inbox_mock(allow: ["MSG002"])
      answer_nobody
      flunk
    end

    def says_where_it_begins
      assert_equal 5, inbox_mock.made["seed"]
    end

    def asks_for_nothing
      assert_nil ENV["BOOKINGSYNC_TOKEN"]
    end
  end

  def failures_of(name)
    Minitest.run_one_method(Inner, name).failures
  end

  def test_a_rule_that_is_broken_fails_the_test_once_and_no_error
    failure, *more = failures_of("breaks_a_rule")

    assert_empty more
    assert_instance_of Minitest::Assertion, failure
    assert_includes failure.message, "The client broke the rules of conduct once (scenario agency, seed 5)."
    assert_includes failure.message, "_test.rb -n breaks_a_rule\non purpose? allow: [\"MSG002\"]"
    assert_equal Inner.instance_method(:breaks_a_rule).source_location.join(":"), failure.location
  end

  def test_a_test_that_fails_by_itself_tells_the_latest_requests
    failure, told, *more = failures_of("fails_by_itself")

    assert_empty more
    assert_equal "Epic Fail!", failure.message
    assert_match(/\AInbox Mock: the journal\n   1  2030-06-01T12:00:00Z  POST \S+  201  \(not relayed: .*\)\n\nreplay: ruby \S+_test.rb -n fails_by_itself   \(scenario agency, seed 5\)\z/, told.message)
  end

  def test_what_is_allowed_fails_nothing
    assert_empty failures_of("is_allowed_to")
  end

  def test_a_class_says_where_its_tests_begin
    assert_empty failures_of("says_where_it_begins")
  end

  def test_what_asks_for_no_sandbox_gets_none
    assert_empty failures_of("asks_for_nothing")
  end
end
