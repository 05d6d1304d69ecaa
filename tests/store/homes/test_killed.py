"""A process that is killed at any moment: what it had answered is there afterwards, and nothing is half-applied."""

from pathlib import Path

from store.homes.killed import killing

KILLS = 40
MOST_KILLS = 400
"""Where a process gets little of the processor, most are killed before they have answered anything."""


def test_what_was_answered_is_there_after_every_kill(tmp_path: Path) -> None:
    with killing(tmp_path / "data") as killed:
        for seed in range(MOST_KILLS):
            killed.kill(seed)
            if seed >= KILLS and any(told.texts for told in killed.certain.values()):
                break

        assert any(told.texts for told in killed.certain.values())
