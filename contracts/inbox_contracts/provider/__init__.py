"""The server trial: properties that must hold on any server of this API, tested over HTTP."""
