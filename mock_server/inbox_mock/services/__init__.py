"""Use cases: what clients, channels and people do, in the API's terms."""
