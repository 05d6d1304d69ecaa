"""A short cut of `make soak`."""

from soak import soak


def test_eight_threads_for_five_seconds() -> None:
    report = soak(5, 8)

    assert report.wrongs == [], report
    assert report.lives >= 8
