"""Replaying a reproduction bundle: the commands of its log again, and the first difference."""
