"""Whatever is done to the sandboxes of a home, and in whatever order, they are what a model says; in the second run of a home, too."""

from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from homes import HOMES, LABEL, Homes, Place, an_image, facts, leave, plan, read, texts_of, write, written, written_in
from inbox_mock.domain.errors import NotFound, SandboxExists
from inbox_mock.store.homes import Label, Start, Storage, Transaction

IDS = st.sampled_from([f"00000000000{digit}" for digit in "abc"])
TEXTS = st.sampled_from(["hello", "x" * 3000, "é"])
NAMES = st.sampled_from(["one", "two"])
TIMES = st.integers(10, 99)


class RolledBackError(Exception):
    """A block does not come to its end."""


@dataclass
class Model:
    """What a sandbox should be."""

    start: Start
    texts: list[str]
    label: Label = LABEL
    due: float | None = None
    generation: int = 0
    version: int = 0
    kept: dict[str, list[str]] = field(default_factory=dict)


class Living(RuleBasedStateMachine):
    """A home beside a model of it."""

    place: Place

    def __init__(self) -> None:
        super().__init__()
        self.homes = Homes(self.place)
        self.models: dict[str, Model] = {}
        self.held: dict[str, Storage] = {}

    def teardown(self) -> None:
        for sandbox_id in self.homes.ids():
            self.homes.home.remove(sandbox_id)
        self.homes.home.close()

    def storage(self, sandbox_id: str) -> Storage:
        """A sandbox, which may be the one that was found before."""
        return self.homes.found(sandbox_id)

    def noted(self, sandbox_id: str) -> Model:
        """The model of a sandbox that was changed: what is known of it never falls."""
        storage, model = self.storage(sandbox_id), self.models[sandbox_id]
        assert storage.version > model.version
        assert storage.generation >= model.generation
        model.version, model.generation = storage.version, storage.generation
        return model

    @rule(sandbox_id=IDS, text=TEXTS, recipe=st.booleans())
    def add(self, sandbox_id: str, text: str, recipe: bool) -> None:
        start = Start(recipe=text.encode()) if recipe else Start(image=an_image(text))
        if sandbox_id in self.models:
            with pytest.raises(SandboxExists):
                self.homes.add(sandbox_id, text, start=start)
        else:
            self.homes.add(sandbox_id, text, start=start)
            self.models[sandbox_id] = Model(start, [text], version=-1)
            self.noted(sandbox_id)

    @rule(sandbox_id=IDS)
    def hold(self, sandbox_id: str) -> None:
        """Refer to a sandbox, so that the same one is found from then on."""
        if sandbox_id in self.models:
            self.held[sandbox_id] = self.storage(sandbox_id)

    @rule()
    def let_go(self) -> None:
        self.held.clear()

    @rule(sandbox_id=IDS, text=TEXTS)
    def write(self, sandbox_id: str, text: str) -> None:
        if sandbox_id in self.models:
            written_in(self.storage(sandbox_id), text)
            self.noted(sandbox_id).texts.append(text)

    @rule(sandbox_id=IDS, wall=TIMES)
    def plan(self, sandbox_id: str, wall: int) -> None:
        if sandbox_id in self.models:
            with self.storage(sandbox_id).transaction() as transaction:
                plan(transaction, wall)
            model = self.noted(sandbox_id)
            model.due = min(wall, model.due or wall)

    @rule(sandbox_id=IDS, text=TEXTS, replaced=st.booleans())
    def roll_back(self, sandbox_id: str, text: str, replaced: bool) -> None:
        if sandbox_id in self.models:
            storage = self.storage(sandbox_id)
            version = storage.version
            with suppress(RolledBackError), storage.replacement(an_image()) if replaced else storage.transaction() as transaction:
                self._spoil(transaction, text)
            assert storage.version == version

    def _spoil(self, transaction: Transaction, text: str) -> None:
        leave(transaction, text, description="spoilt")
        plan(transaction, 1)
        raise RolledBackError

    @rule(sandbox_id=IDS, name=NAMES)
    def keep(self, sandbox_id: str, name: str) -> None:
        if sandbox_id in self.models:
            storage, model = self.storage(sandbox_id), self.models[sandbox_id]
            if model.due is None:
                storage.keep_snapshot(name, "now", storage.image())
                model.kept[name] = list(model.texts)

    @rule(sandbox_id=IDS, name=NAMES)
    def forget(self, sandbox_id: str, name: str) -> None:
        if sandbox_id in self.models:
            self.storage(sandbox_id).forget_snapshot(name)
            self.models[sandbox_id].kept.pop(name, None)

    @rule(sandbox_id=IDS, name=NAMES, text=TEXTS)
    def restore(self, sandbox_id: str, name: str, text: str) -> None:
        if sandbox_id in self.models and name in self.models[sandbox_id].kept:
            storage = self.storage(sandbox_id)
            image = storage.snapshot(name)
            assert image is not None
            with storage.replacement(image) as transaction:
                assert transaction.earlier is not None
                assert written(transaction.earlier) == self.models[sandbox_id].texts
                transaction.facts = None
                leave(transaction, text)
            before = self.models[sandbox_id].generation
            model = self.noted(sandbox_id)
            assert model.generation > before
            model.texts, model.due = [*model.kept[name], text], None

    @rule(sandbox_id=IDS, text=st.none() | TEXTS)
    def go_back(self, sandbox_id: str, text: str | None) -> None:
        """Go back to the start, where there is an image of it, and write something or nothing."""
        image = self.models[sandbox_id].start.image if sandbox_id in self.models else None
        if image is not None:
            with self.storage(sandbox_id).replacement(image) as transaction:
                assert transaction.earlier is not None
                assert written(transaction.earlier) == self.models[sandbox_id].texts
                transaction.facts = facts(transaction.db)
                for one in [text] if text else []:
                    write(transaction.db, one)
            model = self.noted(sandbox_id)
            model.texts, model.due = [*texts_of(image), *([text] if text else [])], None

    @rule(sandbox_id=IDS)
    def sleep(self, sandbox_id: str) -> None:
        if sandbox_id in self.models:
            storage = self.storage(sandbox_id)
            storage.sleep()
            assert not storage.is_open

    @rule(sandbox_id=IDS)
    def image(self, sandbox_id: str) -> None:
        if sandbox_id in self.models:
            assert texts_of(self.storage(sandbox_id).image()) == self.models[sandbox_id].texts

    @rule(sandbox_id=IDS, used=TIMES)
    def relabel(self, sandbox_id: str, used: int) -> None:
        if sandbox_id in self.models:
            label = replace(LABEL, name=f"used at {used}", ttl=10.0, used_at=float(used))
            self.storage(sandbox_id).relabel(label)
            self.models[sandbox_id].label = label

    @rule(sandbox_id=IDS)
    def remove(self, sandbox_id: str) -> None:
        known = self.homes.home.find(sandbox_id)
        self.homes.home.remove(sandbox_id)
        self.models.pop(sandbox_id, None)
        self.held.pop(sandbox_id, None)
        if known is not None:
            with pytest.raises(NotFound):
                read(known)

    @precondition(lambda self: self.homes.place.lasts)
    @rule()
    def reopen(self) -> None:
        self.held.clear()
        self.homes.reopen()

    @invariant()
    def home_is_as_the_model(self) -> None:
        home = self.homes.home
        listed, count = home.listed(100)
        assert count == len(self.models) == home.totals()[0]
        assert {one.id: one.label for one in listed} == {one: model.label for one, model in self.models.items()}
        assert {one.id: one.facts.due for one in listed} == {one: model.due for one, model in self.models.items()}
        dues = sorted((model.due, one) for one, model in self.models.items() if model.due is not None)
        assert sorted(home.due(50)) == sorted(one for due, one in dues if due <= 50)
        assert home.soonest(50) == next((due for due, _ in dues if due > 50), None)
        expired = {one for one, model in self.models.items() if model.label.ttl is not None and model.label.used_at + 10 <= 50}
        assert set(home.expired(50)) == expired

    @invariant()
    def sandboxes_are_as_the_model(self) -> None:
        for sandbox_id, model in self.models.items():
            storage = self.storage(sandbox_id)
            assert storage.version >= model.version
            assert storage.generation == model.generation
            assert (storage.label, storage.facts.due, storage.start()) == (model.label, model.due, model.start)
            assert {kept.name for kept in storage.snapshots()} == set(model.kept)
            assert read(storage) == model.texts
            for name, texts in model.kept.items():
                image = storage.snapshot(name)
                assert image is not None
                assert texts_of(image) == texts


@pytest.mark.parametrize("place", HOMES, indirect=True)
def test_a_home_is_what_the_model_says(place: Place) -> None:
    living = type("Living", (Living,), {"place": place})
    run_state_machine_as_test(living, settings=settings(max_examples=15, stateful_step_count=20, suppress_health_check=list(HealthCheck)))
