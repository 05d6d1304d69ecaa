"""The basis of all use cases: the unit of work, sandboxes and their snapshots, the timeline, redaction, durations."""
