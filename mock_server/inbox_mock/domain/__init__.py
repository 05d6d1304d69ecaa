"""What exists and what is refused: standard library only, no I/O, no reading of clocks."""
