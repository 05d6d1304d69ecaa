"""The header Forwarded, by the grammar and the examples of RFC 7239."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain.forwarded import address_of, elements, told_by

TOKENS = st.text("!#$%&'*+-.^_`|~09azAZ", min_size=1, max_size=6)
TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f" + "".join(map(chr, range(128, 160)))), max_size=8
)
ELEMENTS = st.lists(st.dictionaries(TOKENS.map(str.lower), TEXTS, min_size=1, max_size=4), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('for="_gazonk"', [{"for": "_gazonk"}]),
        ('For="[2001:db8:cafe::17]:4711"', [{"for": "[2001:db8:cafe::17]:4711"}]),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", [{"for": "192.0.2.60", "proto": "http", "by": "203.0.113.43"}]),
        ("for=192.0.2.43, for=198.51.100.17", [{"for": "192.0.2.43"}, {"for": "198.51.100.17"}]),
        (
            'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
            [{"for": "192.0.2.43"}, {"for": "[2001:db8:cafe::17]"}, {"for": "unknown"}],
        ),
        ('for=192.0.2.43;host="a;b,c=\\"d\\""', [{"for": "192.0.2.43", "host": 'a;b,c="d"'}]),
        (";for=a;;proto=https;", [{"for": "a", "proto": "https"}]),
        (", ,for=a\t,,for=b,", [{"for": "a"}, {"for": "b"}]),
        ("", []),
    ],
)
def test_what_each_proxy_has_added_is_told_apart(header: str, found: list[dict[str, str]]) -> None:
    assert elements(header) == found


@pytest.mark.parametrize(
    "header",
    [
        "for",
        "for=",
        "=a",
        "for=a b",
        "for=[::1]",
        "for=a:80",
        'for="a',
        'for="a"b',
        "for=a ;proto=http",
        "for = a",
        "for=a;FOR=b",
        'for="\\',
        "a=\x7f",
    ],
)
def test_what_is_no_such_header_tells_nothing(header: str) -> None:
    with pytest.raises(ValueError, match=r"twice|no list"):
        elements(header)

    assert told_by(f"proto=https, {header}", 1) == {}


@given(ELEMENTS)
def test_any_texts_can_be_quoted(given_elements: list[dict[str, str]]) -> None:
    quoted = [[(name, text.replace("\\", "\\\\").replace('"', '\\"')) for name, text in one.items()] for one in given_elements]

    assert elements(", ".join(";".join(f'{name}="{text}"' for name, text in one) for one in quoted)) == given_elements


@given(st.text('for=;, \t"\\a[]:', max_size=40))
def test_whatever_comes_is_a_header_or_is_refused(header: str) -> None:
    told = told_by(header, 1)

    assert all(isinstance(text, str) for text in told.values())


def test_the_element_of_the_first_trusted_proxy_counts() -> None:
    header = "host=forged.example, host=mock.example;proto=https, host=inner.example"

    assert told_by(header, 2) == {"host": "mock.example", "proto": "https"}
    assert told_by(header, 4) == {}


@pytest.mark.parametrize(
    ("node", "address"),
    [
        ("192.0.2.43", "192.0.2.43"),
        ("192.0.2.43:47011", "192.0.2.43"),
        ("[2001:DB8::17]", "2001:db8::17"),
        ("[2001:db8::17]:_port", "2001:db8::17"),
        ("unknown", None),
        ("_SEVKISEK", None),
        (None, None),
    ],
)
def test_a_node_is_an_address_or_hidden(node: str | None, address: str | None) -> None:
    assert address_of(node) == address
