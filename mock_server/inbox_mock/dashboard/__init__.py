"""/: the pages that a person looks at. They hold nothing of a sandbox; all that they show comes from the admin API."""
