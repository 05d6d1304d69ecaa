"""Replaying a bundle: what has happened in a sandbox is done again, and each answer is compared with the recorded one."""
