"""Serving over HTTP: connections, requests that are complete or refused, workers, and the clock that goes on meanwhile."""
