"""What no message of an error may look like."""

import re

CLUMSY = {
    "a word twice": r"\b(?!tag tag:)(\w+) \1\b",
    "'a' before a vowel": r"\ba (?!one\b|us|uni|URL)[aeiou]",
    "'an' before a consonant": r"\ban (?!h(?:our|onest|ttp)\b)[b-df-hj-np-tv-z]",
    "'a' before a plural": r"\ba (?:copies|bytes|records|times|messages|events|scopes|options|\w+ that no \w+ has)\b",
    "an object of the language": r"<[\w.]+ object at |\bNone\b|\bTrue\b|\bFalse\b",
    "nothing between colon and full stop": r": ?[;.,]|;;|: $|\(\)",
    "what says nothing": r"what the sandbox refuses|something that it accepts|; is |; must |; can't ",
}


def clumsy_in(text: str) -> dict[str, str]:
    """Return what is clumsy in a message, apart from the values that it quotes."""
    plain = re.sub(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]", "'…'", text)
    return {why: found[0] for why, pattern in CLUMSY.items() if (found := re.search(pattern, plain))}
