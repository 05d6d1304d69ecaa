"""What there is to read about the fake, generated from what it runs on: the API reference, how sure it is, rules, scenarios, faults."""
