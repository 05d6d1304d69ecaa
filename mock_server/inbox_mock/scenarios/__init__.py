"""Scenarios: YAML files that say how a sandbox starts. They call the verbs, and never write tables that a verb writes."""
