"""Reproduction bundles: one file with all that it takes to repeat what has happened in a sandbox, and to open it as it is.

A bundle is a zip file: ``manifest.json``, ``scenario.yaml``, ``commands.jsonl`` and ``journal.jsonl`` (in the order of their ids),
``start.sqlite`` and ``image.sqlite``. It holds no secret of the sandbox.
"""
