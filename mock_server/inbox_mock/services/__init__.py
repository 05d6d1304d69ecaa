"""The verbs: what clients, channels and people do, in the words they use for it."""
