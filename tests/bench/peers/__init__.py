"""Other fakes and mock servers, each from its own registry package, measured beside the fake."""
