"""The server trial: properties that any server of this API must keep, judged over HTTP."""
