"""/docs: pages generated from the declarations: API reference, fidelity, rules, scenarios, faults."""
