require "inbox_mock/rspec"

require_relative "your_program"

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.include(YourProgram)
end
