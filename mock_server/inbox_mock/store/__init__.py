"""One SQLite database per sandbox: the schema on one page, plain SQL by noun, images."""
