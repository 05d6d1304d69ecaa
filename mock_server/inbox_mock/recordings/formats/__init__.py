"""The formats of recordings, one module each."""
