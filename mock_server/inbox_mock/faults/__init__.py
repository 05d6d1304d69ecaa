"""Faults: deliberate failures of requests and of webhooks."""
