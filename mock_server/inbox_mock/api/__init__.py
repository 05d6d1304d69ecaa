"""The imitated surface: /api/v3 and /oauth. Files named after a resource declare its operations."""
