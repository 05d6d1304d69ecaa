"""The client trial: worlds made of hazards, in which a client, in any language, is tested."""
