"""The client trial: worlds made of hazards, in which any client, in any language, has to do its job."""
