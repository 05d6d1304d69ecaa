"""The report on a client's conduct: made of what rules found, and told as text, JSON, JUnit XML or a page."""
