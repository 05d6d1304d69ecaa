"""/__admin: everything that a user may do and the real API cannot."""
