"""Contract tests for servers and clients of the Inbox API."""
