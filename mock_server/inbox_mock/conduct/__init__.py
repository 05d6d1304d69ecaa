"""The report on a client's conduct: the violations of rules, as text, JSON, JUnit XML or a page."""
