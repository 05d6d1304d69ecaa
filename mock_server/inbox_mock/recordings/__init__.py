"""Recorded HTTP traffic: exchanges, and the formats in which recorders keep them."""
