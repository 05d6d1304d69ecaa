"""/__admin: the admin API, which controls sandboxes."""
