"""What a server tells of itself: figures for Prometheus, a log of what it does, and whether it is ready."""
