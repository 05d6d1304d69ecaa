"""The unit of work, sandboxes with their snapshots, the timeline, redaction and durations, on which all use cases are built."""
