"""A short cut of `make soak`."""

from soak import soak


def test_eight_threads_live_as_one_does_alone() -> None:
    report = soak(requests=500, threads=8)

    assert report.wrongs == [], report
    assert report.lives >= 8
