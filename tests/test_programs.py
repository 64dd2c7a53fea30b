"""Programs are kept as they were lowered: the same bits, traced once, and only for what they were made of."""

import re

import jax
import numpy as np
import pytest

from numerics import gaussian, mesh, pooling, programs, sampling
from numerics.case import Case
from numerics.experiment import load, named
from numerics.freshness import home_of, sources
from numerics.plan import Settings, plan
from numerics.programs import Shelf
from theory import catalogue

RHO = {"rho": np.float32([0.25, 1.0])}
CLAIM = catalogue.find("arccos-order-1")


class Counted:
    """A sampler that counts how often it is traced."""

    def __init__(self):
        self.times = 0

    def __call__(self, key, draws, rho):
        self.times += 1
        u, v = gaussian.pair(key, draws, rho)
        return u * v


def streamed(shelf, sampler=None, draws=2**16, points=RHO):
    sampler = sampler or Counted()
    found = mesh.stream(sampler, jax.random.key(7), draws, points, summary=pooling.sums, shelf=shelf)
    return [np.asarray(part) for part in found], sampler.times


@pytest.fixture
def shelf(tmp_path):
    return Shelf(str(tmp_path / "programs"), "of these sources")


def files(shelf):
    return sorted(programs.Path(shelf.folder).glob("*.json"))


@pytest.mark.parametrize("draws", [2**16, 2**16 + 100])
def test_a_kept_program_draws_the_same_bits(shelf, draws):
    fresh, made, read = (streamed(at, draws=draws)[0] for at in (None, shelf, shelf))
    assert len(files(shelf)) == 1
    for one, two, three in zip(fresh, made, read, strict=True):
        assert one.tobytes() == two.tobytes() == three.tobytes()


def test_what_is_kept_is_not_traced_again(shelf):
    assert streamed(shelf)[1] > 0
    assert streamed(shelf)[1] == 0


def test_keys_and_numbers_of_draws_share_a_program(shelf):
    streamed(shelf)
    found, times = streamed(shelf, draws=2**17)
    assert times == 0
    assert found[0].tolist() == [2**17] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"of": "other sources"},
        {"points": {"rho": np.float32([0.5])}},
        {"points": {"rho": np.float64([0.5, 1.0])}},
    ],
    ids=str,
)
def test_another_question_is_another_program(shelf, other):
    streamed(shelf)
    streamed(shelf.narrowed(of=other.get("of")) if "of" in other else shelf, points=other.get("points", RHO))
    assert len(files(shelf)) == 2


def test_so_are_other_devices(shelf):
    kinds = ["cpu", "x86", 1], ["cpu", "x86", 2], ["gpu", "x86", 1]
    assert len({programs.key_of(shelf, "", [], devices) for devices in kinds}) == 3


@pytest.mark.parametrize(
    "damage", [lambda t: t[:-9], lambda t: t.replace('"chunk": 32768', '"chunk": 16384')]
)
def test_a_damaged_file_is_not_trusted(shelf, damage):
    whole, _ = streamed(shelf)
    (file,) = files(shelf)
    assert damage(file.read_text()) != file.read_text()
    file.write_text(damage(file.read_text()))
    again, times = streamed(shelf)
    assert times > 0
    assert [part.tobytes() for part in again] == [part.tobytes() for part in whole]


def test_where_nothing_can_be_written_the_draws_come_all_the_same(tmp_path):
    (tmp_path / "programs").write_text("a file where the folder would be")
    found, _ = streamed(Shelf(str(tmp_path / "programs"), "of these sources"))
    assert found[0].tolist() == [2**16] * 2


def shelf_of(claim, kept, home):
    settings = Settings(kept=kept)
    (row,) = plan([claim], settings).rows
    return Case(row, settings, home).shelf


def test_the_sources_of_a_chapter_name_its_programs(tmp_path):
    folder, digest = shelf_of(CLAIM, tmp_path, home_of(CLAIM))
    assert folder == str(tmp_path / "programs")
    assert digest == sources(home_of(CLAIM))
    assert re.fullmatch("[0-9a-f]{64}", digest)


def test_nothing_is_kept_of_a_users_file_nor_without_a_folder(tmp_path):
    assert shelf_of(CLAIM, tmp_path, str(tmp_path / "mine.py")) is None
    assert shelf_of(CLAIM, None, home_of(CLAIM)) is None


def test_each_statement_and_each_static_parameter_has_a_program_of_its_own(tmp_path):
    found = set()
    for name, point in [
        ("k1-limit", {"d": 2, "sigma": "tanh"}),
        ("k1-limit", {"d": 2, "sigma": "erf"}),
        ("k1-limit", {"d": 3, "sigma": "tanh"}),
        ("k2-limit", {"d": 2, "sigma": "tanh"}),
    ]:
        claim = catalogue.find(name)
        load(home_of(claim))
        _, experiment = named(name, home_of(claim))
        found.add(sampling.shelved(claim, experiment, point, Shelf(str(tmp_path), "")).name)
    assert len(found) == 4


def test_an_experiment_is_drawn_by_its_kept_program(tmp_path, monkeypatch):
    load(home_of(CLAIM))
    _, experiment = named(CLAIM.name, home_of(CLAIM))
    points, level = [{"theta": 0.5}], np.full(1, np.inf)
    arguments = CLAIM, experiment, points, 2**15, level, 0, "draws"
    shelf = str(tmp_path), "of these sources"
    first = sampling.draws(*arguments, shelf)
    sampling.clipped_sampler.cache_clear()
    monkeypatch.setattr(sampling, "values_of_node", None)  # what traces it
    assert sampling.draws(*arguments, shelf)["mean"].tobytes() == first["mean"].tobytes()
    with pytest.raises(TypeError):
        sampling.draws(*arguments)
