"""Faults: what goes wrong on purpose, with requests and with webhooks."""
