"""Recorded traffic to a scenario: the records that it shows, in the state before its first write."""
