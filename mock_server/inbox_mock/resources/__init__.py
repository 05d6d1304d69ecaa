"""One declaration per API resource: attributes, links, constraints, fidelity and source.

`validation`, `serialization` and OpenAPI read the declarations, so an attribute is declared in one place.
Each sibling with a resource in it exports ``RESOURCE``.
"""
