"""Scenarios: YAML files that describe a sandbox's start. They call use cases, and never write tables that a use case writes."""
