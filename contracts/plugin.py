"""The pytest plugin ``inbox_mock``."""
