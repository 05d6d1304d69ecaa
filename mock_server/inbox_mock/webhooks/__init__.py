"""Webhooks: event types, deliveries, signatures, and sending over HTTP."""
