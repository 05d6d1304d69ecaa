"""JSON in its normal form: a whole number is an integer, however it was written."""

MOST_LEVELS = 100
LARGEST = 2**53


def normal(value: object, levels: int = MOST_LEVELS) -> object:
    """Return the same JSON in which 7.0 is 7.

    Raises:
        ValueError: it is nested too deeply.

    """
    if not levels:
        message = f"nested more than {MOST_LEVELS} levels deep"
        raise ValueError(message)
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
        return int(value)
    if isinstance(value, dict):
        return {name: normal(item, levels - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [normal(item, levels - 1) for item in value]
    return value
