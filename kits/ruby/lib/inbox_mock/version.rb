module InboxMock
  # That of the Python package whose server it speaks to.
  VERSION = "0.2.0".freeze
end
