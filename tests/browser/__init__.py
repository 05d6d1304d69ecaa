"""What is seen in a browser: a package, with whose last test the browser ends, and the event loop that Playwright leaves running."""
