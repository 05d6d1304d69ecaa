"""Two answers to each request, and where they differ: those of a recording and of the fake, or those of two servers."""
