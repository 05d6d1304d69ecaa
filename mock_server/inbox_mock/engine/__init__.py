"""What every verb works with: a unit of work, sandboxes with their snapshots, the timeline, redaction, durations."""
