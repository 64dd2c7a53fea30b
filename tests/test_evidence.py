"""Evidence reads back as it was written, or is not evidence."""

import json
import math
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from numerics import evidence, provenance
from numerics.evidence import Store, Unwritable
from numerics.provenance import commit, digest, fingerprint, module_digest, root, versions
from numerics.record import FORMAT, SCHEMA, WORDS, Record, decode, encode, violations

ROOT = Path(provenance.__file__).parents[1]
DIGEST, OTHER = "0" * 64, "f" * 64
NAMES = [*(each.name for each in fields(Record)), "schema", "seal"]
VERDICTS = SCHEMA["$defs"]["verdict"]["enum"]


def record(claim="arccos-order-1", **changes) -> Record:
    numbers = {"draws": 10**8, "z": -0.7, "gap": math.inf}
    interval = {"at": {"theta": 0.1}, "lower": 0.1 + 0.2, "upper": 1 / 3}
    plan = {"alpha": 1e-6, "resolution": 3e-3, "seeds": (7,), "widths": (1, 2**20)}
    known = {"verdict": "supported", "statement": r"\pi", "digest": DIGEST, "kind": "equal"}
    return Record(
        **{"claim": claim, "numbers": numbers, "intervals": (interval,), **plan, **known, **changes}
    )


@pytest.fixture
def notices():
    return []


@pytest.fixture
def store(tmp_path, notices):
    return Store(tmp_path / "deep" / "store", notices.append)


reals = st.floats(width=64) | st.integers(-(10**40), 10**40)
texts = st.text(max_size=8).filter(lambda text: text not in ("nan", "inf", "-inf"))
data = st.recursive(
    reals | texts | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
points = st.dictionaries(st.text(max_size=5), data, max_size=3)
records = st.fixed_dictionaries(  # of the fields; constructed in the test, where types are checked
    {
        "claim": st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,3}(\.[a-z]{1,9})?", fullmatch=True),
        "verdict": st.sampled_from(VERDICTS),
        "statement": st.text(min_size=1, max_size=20),
        "links": st.lists(st.fixed_dictionaries({"reason": texts, "status": texts.filter(len)}), max_size=2),
        "numbers": st.dictionaries(st.text(max_size=5), reals, max_size=4),
        "intervals": st.lists(
            st.fixed_dictionaries({"at": points, "lower": reals, "upper": reals}), max_size=2
        ),
        "alpha": st.none() | st.floats(width=64),
        "counterexample": st.none() | points,
        "seeds": st.lists(st.integers(0, 2**64), max_size=3),
        "notes": st.lists(st.text(max_size=20), max_size=2),
        "title": st.text(max_size=9),
        "hypotheses": st.text(max_size=9),
    }
)
AWKWARD = {"numbers": {"a": -0.0, "b": 5e-324, "c": -math.nan, "d": 0.1, "e": 1.0, "f": 1}}


def bits(value):
    """The value with each float as its bits, NaNs all alike: 0.0 and -0.0 differ, as do 1 and 1.0."""
    if isinstance(value, dict):
        return {key: bits(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(bits, value))
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("d", value)
    return type(value), value


@given(records)
@example(AWKWARD)
def test_a_record_reads_back_as_it_was_written_bit_by_bit(known):
    written = record(**known)
    read = decode(encode(written))
    assert read == written
    for each in fields(Record):
        assert bits(getattr(read, each.name)) == bits(getattr(written, each.name))


@settings(max_examples=50)
@given(records)
def test_every_text_fits_the_schema_and_is_json_without_bare_tokens(known):
    written = record(**known)
    body = json.loads(encode(written), parse_constant=pytest.fail)
    Draft202012Validator(SCHEMA).validate(body)
    assert list(body)[:2] == ["claim", "verdict"]
    assert list(body) == [name for name in NAMES if name not in WORDS or getattr(written, name, "")]
    assert [name for name in NAMES if name not in WORDS] == SCHEMA["required"]
    assert set(NAMES) == set(SCHEMA["properties"])


def test_arrays_and_scalars_of_numpy_become_numbers():
    measured = {"eigenvalues": np.array([1.0, np.inf]), "z": np.float32(0.1), "n": np.int64(3)}
    read = decode(encode(record(numbers=measured, counterexample={"x": np.eye(2), "sharp": np.bool_(True)})))
    assert read.numbers == {"eigenvalues": (1.0, math.inf), "z": float(np.float32(0.1)), "n": 3}
    assert read.counterexample == {"x": ((1.0, 0.0), (0.0, 1.0)), "sharp": True}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"numbers": {"z": 1j}}, r"arccos-order-1: numbers: 1j is of type complex; give its real and imag"),
        (
            {"numbers": {"z": "inf"}},
            r"numbers: the string 'inf' would be read back as a number; write the float",
        ),
        ({"counterexample": {"x": {1: 2}}}, r"counterexample: the key 1 is no string"),
        (
            {"numbers": {"x": Path("x")}},
            r"numbers: PosixPath\('x'\) is of type PosixPath; give a number or text",
        ),
    ],
)
def test_what_json_would_change_is_refused_at_construction(changes, complaint):
    with pytest.raises((TypeError, ValueError), match=complaint):
        record(**changes)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"verdict": "true"}, r"arccos-order-1.verdict: 'true' is none of proved, certified"),
        ({"seeds": (-1,)}, r"arccos-order-1.seeds\[0\]: -1 is less than 0"),
        ({"links": ({"reason": 1, "status": "closed"},)}, r"links\[0\].reason: 1 is not of type string"),
        ({"digest": "abc"}, r"digest: 'abc' does not match"),
        ({"intervals": ({"lower": 0, "upper": 1},)}, r"intervals\[0\]: at is missing"),
        ({"statement": ""}, r"statement: '' is too short or too long"),
        ({"numbers": {"z": None}}, r"numbers.z: None is none of the kinds that may stand here"),
    ],
)
def test_what_breaks_the_schema_is_not_written(changes, complaint, store):
    with pytest.raises(ValueError, match=complaint):
        store.write(record(**changes))
    assert store.read("arccos-order-1") is None


junk = st.sampled_from([None, True, 1, 1.0, -1, 2.5, "", "nan", "x\n", [], [[]], {}, {"at": 1}, ["1"], [-1]])


@settings(max_examples=50)
@given(known=records, field=st.sampled_from([*SCHEMA["required"], "extra"]), value=junk)
def test_the_validation_agrees_with_jsonschema(known, field, value):
    body = {**json.loads(encode(record(**known))), field: value}
    assert any(violations(body, SCHEMA, "")) == (not Draft202012Validator(SCHEMA).is_valid(body))


@settings(max_examples=50)
@given(known=records, data=st.data())
def test_the_validation_agrees_with_jsonschema_on_what_is_nested_or_missing(known, data):
    body = json.loads(encode(record(**known)))
    inner = data.draw(st.sampled_from(holders(body)))
    key = data.draw(st.sampled_from(sorted(inner))) if isinstance(inner, dict) and inner else None
    if key is None:
        inner.update(extra=1) if isinstance(inner, dict) else inner.append(data.draw(junk))
    elif data.draw(st.booleans()):
        del inner[key]
    else:
        inner[key] = data.draw(junk)
    assert any(violations(body, SCHEMA, "")) == (not Draft202012Validator(SCHEMA).is_valid(body))


def holders(value) -> list:
    """Every object and array in parsed JSON."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return own + [holder for item in inner for holder in holders(item)]


def test_the_schema_is_one_and_uses_no_keyword_that_the_validation_does_not_know():
    Draft202012Validator.check_schema(SCHEMA)
    known = {"$ref", "type", "anyOf", "const", "enum", "minLength", "maxLength", "pattern", "required"}
    known |= {
        "properties",
        "additionalProperties",
        "items",
        "minimum",
        "title",
        "description",
        "$schema",
        "$defs",
    }
    assert keywords(SCHEMA) <= known


def keywords(schema) -> set[str]:
    named = [
        *schema.get("properties", {}).values(),
        *schema.get("$defs", {}).values(),
        *schema.get("anyOf", ()),
    ]
    single = [schema.get("items"), schema.get("additionalProperties")]
    return set(schema).union(*(keywords(each) for each in [*named, *single] if isinstance(each, dict)))


def test_a_text_cut_at_any_byte_is_damaged():
    text = encode(record())
    assert decode(text)
    for size in range(len(text)):
        with pytest.raises(ValueError, match=r"cut short|JSON|delimiter|Expecting|Unterminated|Invalid"):
            decode(text[:size])


def test_a_text_with_any_one_character_changed_is_damaged_or_says_the_same():
    kept = record(versions={}, numbers={}, notes=("one",))
    text = encode(kept)
    same = 0
    for position, character in enumerate(text):
        changed = text[:position] + ("7" if character != "7" else "8") + text[position + 1 :]
        with suppress(ValueError):
            assert decode(changed) == kept
            same += 1
    assert same <= 2  # of a float's seventeen digits, the last may round away


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda text: text[:-40], "cut short"),
        (lambda text: "", "cut short"),
        (lambda text: "no JSON}\n", "Expecting value"),
        (lambda text: "[" * 100_000 + "}\n", "nested too deeply"),
        (lambda text: "\x00}\n", "Expecting value"),
        (lambda text: "{}\n", "claim is missing"),
        (lambda text: text.replace(f'"schema": {FORMAT}', f'"schema": {FORMAT + 1}'), "schema: 2 is not 1"),
        (lambda text: text.replace('"z": -0.7', '"z": -0.8'), "seal does not fit"),
        (lambda text: text.replace('"z": -0.7', '"z": NaN'), "NaN is not JSON"),
        (lambda text: text.replace('"supported"', '"certain"', 1), "'certain' is none of"),
    ],
)
def test_a_damaged_file_is_named_set_aside_and_made_anew(store, notices, damage, complaint):
    kept = store.write(record())
    file = store.file(kept.claim)
    text = file.read_text()
    assert damage(text) != text
    file.write_text(damage(text))
    assert store.fresh(kept.claim, DIGEST) is None
    assert len(notices) == 1
    assert notices[0].startswith(
        f"{file}: damaged evidence, set aside as {file.name}.damaged-1 and not trusted: "
    )
    assert complaint in notices[0]
    assert file.with_name(f"{file.name}.damaged-1").read_text() == damage(text)
    assert store.read(kept.claim) is None
    store.write(record())
    assert store.fresh(kept.claim, DIGEST).numbers == kept.numbers
    assert len(notices) == 1


def test_bytes_that_are_no_text_and_folders_are_set_aside_under_names_of_their_own(store, notices):
    file = store.file("k1-variance")
    store.path.mkdir(parents=True)
    file.write_bytes(b"\xff\xfe}\n")
    assert store.read("k1-variance") is None
    file.mkdir()
    store.write(record("k1-variance"))  # a writer does not bury what is damaged either
    assert [path.name for path in sorted(store.path.glob("k1*"))] == [
        "k1-variance.json",
        "k1-variance.json.damaged-1",
        "k1-variance.json.damaged-2",
    ]
    assert "can't decode byte 0xff" in notices[0]
    assert "cannot be read (Is a directory)" in notices[1]


def test_a_record_under_another_claims_name_is_damaged(store, notices):
    store.write(record("k1-variance"))
    store.file("k1-variance").rename(store.file("k2-variance"))
    assert store.read("k2-variance") is None
    assert "it speaks of k1-variance" in notices[0]


def test_evidence_is_fresh_while_its_digest_is_and_only_then(store):
    assert store.fresh("arccos-order-1", DIGEST) is None
    kept = store.write(record(commit="a" * 40))
    assert store.fresh("arccos-order-1", DIGEST) == kept == store.read("arccos-order-1")
    assert store.fresh("arccos-order-1", OTHER) is None
    assert store.read("arccos-order-1") == kept  # stale is not damaged


def test_looking_again_under_other_seeds_stays_on_record(store):
    first = store.write(record(seeds=(1,), verdict="refuted", time="2020-01-01T00:00:00+00:00"))
    store.write(record(seeds=(1,), verdict="refuted"))  # the same look, not another
    store.write(record(seeds=(2,), digest=OTHER, verdict="inconclusive"))
    kept = store.write(record(seeds=(3, 4), verdict="supported"))
    seen = [(look["seed"], look["digest"], look["verdict"]) for look in kept.looks]
    assert seen == [
        (1, DIGEST, "refuted"),
        (2, OTHER, "inconclusive"),
        (3, DIGEST, "supported"),
        (4, DIGEST, "supported"),
    ]
    assert kept.looks[0] == first.looks[0]
    assert store.write(record(seeds=())).looks == kept.looks  # without chance there is no look


def test_a_record_that_is_moved_to_another_folder_takes_its_looks_along(store, tmp_path):
    kept = store.write(record(seeds=(5,)))
    assert Store(tmp_path / "copy").write(replace(kept, notes=("copied",))).looks == kept.looks


@pytest.mark.parametrize(
    "name", ["", "../escape", "a/b", ".hidden", "a b", "name\n", "x" * 200, "-a", "a..b"]
)
def test_a_name_that_could_leave_the_folder_is_refused(store, name):
    for act in (store.read, lambda claim: store.write(record(claim))):
        with pytest.raises(
            ValueError, match=r"the name of a claim: .* (does not match|too short or too long)"
        ):
            act(name)
    assert not store.path.exists()


def test_the_folder_is_the_one_named_else_the_environments_else_the_repositorys(monkeypatch, tmp_path):
    monkeypatch.delenv("WIDEPROOF_EVIDENCE", raising=False)
    assert Store().path == ROOT / ".wideproof" / "evidence"
    monkeypatch.setenv("WIDEPROOF_EVIDENCE", str(tmp_path))
    assert Store().path == tmp_path
    assert Store("elsewhere").path == Path("elsewhere")


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "store")
    assert store.read("k1-variance") is None
    advice = (
        r"/file/store: evidence cannot be kept in this folder \(Not a directory\)\. Free some space, make"
    )
    with pytest.raises(Unwritable, match=advice + r" .* name another one in WIDEPROOF_EVIDENCE\."):
        store.write(record())


FULL = """
import resource, signal, sys
from numerics.evidence import Store, Unwritable
store = Store(sys.argv[1])
kept = store.read("arccos-order-1")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
try:
    store.write(kept)
except Unwritable as error:
    print(error)
"""


def test_a_write_that_breaks_off_leaves_the_last_record_and_nothing_else(store):
    kept = store.write(record())
    done = run(FULL, store.path)
    assert "evidence cannot be kept in this folder (File too large)" in done.stdout, done.stderr
    assert store.read("arccos-order-1") == kept
    assert sorted(path.name for path in store.path.iterdir()) == [".lock", "arccos-order-1.json"]


def run(code: str, *arguments, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, **options)


def test_damage_in_a_folder_that_cannot_be_changed_is_named_and_not_trusted(store, notices, monkeypatch):
    store.write(record())
    store.file("arccos-order-1").write_text("damaged")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(
        Path, "rename", refuse
    )  # a superuser may rename anywhere: permissions don't stop a test
    assert store.read("arccos-order-1") is None
    assert "not trusted, but it cannot be set aside (Permission denied): it is cut short" in notices[0]


def test_a_lock_that_is_never_released_is_an_error_that_says_so(store, monkeypatch):
    monkeypatch.setattr(evidence, "LOCK_SECONDS", 0.1)
    with store.lock(), pytest.raises(Unwritable, match=r"another run has held .*\.lock for 0\.1 s"):
        store.write(record())
    assert store.write(record())


WRITER = """
import os, random, signal, sys, time
from numerics.evidence import Store
from numerics.record import Record

def write(store, seed):
    store.write(Record(claim="k1-variance", verdict="supported", statement="x" * (1 << (seed % 16)),
                       digest="0" * 64, kind="equal", seeds=(seed,)))
"""
TURNS = """
store, first = Store(sys.argv[1]), int(sys.argv[2])
for seed in range(first, first + 30):
    write(store, seed)
"""
KILLED = """
moments, seed, damage = random.Random(0), 0, []
store = Store(sys.argv[1], damage.append)
for attempt in range(20):
    told, tell = os.pipe()
    if (child := os.fork()) == 0:
        while True:
            write(store, seed)
            os.write(tell, b"x")
            seed += 1
    os.close(tell)
    os.read(told, 1)  # it is in its loop
    time.sleep(moments.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while said := os.read(told, 1 << 16):
        seed += len(said)
    os.close(told)
    kept = store.read("k1-variance")
    assert kept.seeds[0] - seed in (0, 1), (kept.seeds, seed)  # killed before it could say so, at most
    assert [look["seed"] for look in kept.looks] == list(range(kept.seeds[0] + 1))
    seed = kept.seeds[0] + 1
assert not damage, damage
left = {path.name for path in store.path.iterdir()}
assert left <= {".lock", "k1-variance.json", ".k1-variance.json.draft"}, left
print(attempt + 1, "killed")
"""


def test_a_run_that_is_killed_at_any_moment_leaves_whole_records(store):
    done = run(WRITER + KILLED, store.path)
    assert done.stdout.strip() == "20 killed", done.stderr


def test_two_runs_at_once_lose_no_look_and_tear_no_record(store, notices):
    command = [sys.executable, "-c", WRITER + TURNS, str(store.path)]
    with (
        subprocess.Popen([*command, "0"], cwd=ROOT) as one,
        subprocess.Popen([*command, "30"], cwd=ROOT) as two,
    ):
        while one.poll() is None or two.poll() is None:
            store.read("k1-variance")
    assert (one.returncode, two.returncode) == (0, 0)
    assert {look["seed"] for look in store.read("k1-variance").looks} == {*range(60)}
    assert not notices


def plan(**changes) -> str:
    known = {"statement": "Eq(x, y)", "experiment": "def f(): ...", "modules": DIGEST}
    return digest(**{**known, "seed": 0, "alpha": 1e-6, "resolution": 3e-3, "derivation": "a = b", **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"statement": "Eq(x, z)"},
        {"experiment": "def f(): return 1"},
        {"modules": OTHER},
        {"seed": 1},
        {"alpha": math.nextafter(1e-6, 1)},
        {"resolution": 1e-3},
        {"derivation": "a = c"},
    ],
)
def test_evidence_is_stale_when_anything_changes_that_its_verdict_depends_on(changes):
    assert plan() == plan()
    assert plan(**changes) != plan()


def test_evidence_is_stale_under_another_jax(monkeypatch):
    before = plan()
    monkeypatch.setattr(provenance, "versions", lambda: {"jax": "0.0.0"})
    assert plan() != before


def test_a_fingerprint_does_not_depend_on_the_order_of_a_mapping_but_on_that_of_a_sequence():
    assert fingerprint({"a": 1, "b": math.nan}) == fingerprint({"b": math.nan, "a": 1})
    assert fingerprint((1, 2)) != fingerprint((2, 1))


PROGRAM = {
    "numerics/__init__.py": "from numerics import engine",
    "numerics/engine.py": "",
    "numerics/gaussian.py": "import math, numerics.angle as a",
    "numerics/angle.py": "",
    "numerics/kernels.py": "def f():\n    from . import gaussian",
    "numerics/unused.py": "",
    "numerics/experiments/__init__.py": "",
    "numerics/experiments/shared.py": "",
    "numerics/experiments/arc.py": "from numerics import kernels, observes\nfrom .shared import x",
    "conjecture.py": "from numerics import angle\nfrom .sibling import x",
}
REACHED = ("gaussian", "angle", "kernels", "experiments/shared", "experiments/arc")


@pytest.fixture
def program(tmp_path):
    for name, source in PROGRAM.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    return tmp_path


@pytest.mark.parametrize("name", [name for name in PROGRAM if name != "conjecture.py"])
def test_a_module_counts_if_and_only_if_the_experiment_imports_it(program, name):
    def found():
        return module_digest(["numerics.experiments.arc"], program / "numerics")

    before = found()
    with open(program / name, "a") as file:
        file.write("\n# changed")
    reached = name.removeprefix("numerics/").removesuffix(".py") in REACHED
    assert (found() != before) == reached


def test_a_file_outside_counts_with_what_it_imports_wherever_it_lies(program):
    def found(file="conjecture.py"):
        return module_digest([program / file], program / "numerics")

    before = found()
    (program / "elsewhere").mkdir()
    (program / "elsewhere" / "conjecture.py").write_text(PROGRAM["conjecture.py"])
    assert found("elsewhere/conjecture.py") == before
    (program / "numerics" / "angle.py").write_text("x = 1")
    assert found() != before


def test_an_unknown_module_is_named(program):
    with pytest.raises(
        ValueError, match=r"no module numerics\.nothing in .*; give a dotted name in it, or a Path"
    ):
        module_digest(["numerics.nothing"], program / "numerics")


def test_a_digest_of_sources_imports_none_of_them():
    code = "import sys; from numerics.provenance import module_digest; module_digest(['numerics.worker'])"
    done = run(f"{code}; print({{'jax', 'numerics.child', 'sympy', 'numpy'}} & set(sys.modules))")
    assert done.stdout.strip() == "set()", done.stderr


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_a_commit_is_named_with_a_mark_if_files_differ_from_it(tmp_path):
    assert commit(tmp_path) is None
    git(tmp_path, "init", "--quiet")
    assert commit(tmp_path) is None  # no commit yet
    (tmp_path / "file").write_text("a")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    git(tmp_path, "tag", "-a", "v1", "-m", "v1")  # a tag must not take the name's place
    name = git(tmp_path, "rev-parse", "HEAD")
    assert commit(tmp_path) == name
    (tmp_path / "file").write_text("b")
    assert commit(tmp_path) == f"{name}-dirty"
    assert encode(record(commit=f"{name}-dirty"))


def test_without_git_there_is_no_commit_and_no_error(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(tmp_path) is None


def test_the_versions_are_those_that_run():
    import jax

    assert versions()["jax"] == jax.__version__
    assert versions()["numpy"] == np.__version__
    assert versions()["python"] == ".".join(map(str, sys.version_info[:3]))


def test_the_root_is_the_repository_or_else_the_current_directory(monkeypatch, tmp_path):
    assert root() == ROOT
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "site-packages" / "numerics")
    assert root() == Path.cwd()


def test_evidence_needs_no_jax_no_sympy_and_no_numpy():
    code = (
        "import sys, numerics.evidence; print({'jax', 'sympy', 'numpy', 'theory.claim'} & set(sys.modules))"
    )
    assert run(code).stdout.strip() == "set()"
