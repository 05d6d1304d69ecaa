"""The fake without a socket, for code that uses ``requests``."""
