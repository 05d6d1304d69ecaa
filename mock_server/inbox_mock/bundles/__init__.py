"""Reproduction bundles: one file with all that a run needs to be repeated."""
