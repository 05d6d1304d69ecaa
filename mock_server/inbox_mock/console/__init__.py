"""The machinery of every command, that of the judge too: parameters, output, exit codes, and the one way out."""
