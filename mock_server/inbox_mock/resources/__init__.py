"""One declaration per API resource: attributes, links, constraints, fidelity and source.

Validation (`checking`), JSON (`reading`) and OpenAPI come from the declarations, so an attribute lives in one place.
Each sibling with a resource in it exports ``RESOURCE``.
"""
