"""/: the dashboard, static pages that read and change sandboxes through the admin API."""
