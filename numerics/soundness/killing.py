"""What the engine says of a mutant: the same witnesses that judge a claim, at the same points.

Nothing here decides anything by itself. The chain of the original is bent to end where the mutant says,
and re-checked from the bend on; balls compare the sides as ``certificate`` does, at the points that the
engine would choose; what was drawn for the original is compared with what the mutant claims. Only the
search for a shorter counterexample is left out.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice, zip_longest
from typing import NamedTuple

from sympy import Basic

from numerics import certificate, enclosing, plan, sides
from numerics.breach import breach
from numerics.case import theory_ladder
from numerics.experiment import Experiment, attached, load
from numerics.freshness import home_of
from numerics.judge import Verdict
from numerics.kinds import relation
from numerics.soundness import stored
from numerics.soundness.plants import Mutant, made
from theory import derivation, points
from theory.claim import Claim
from theory.derivation import SPOT_CHECKS, Link, Scene, Step
from theory.points import Point
from theory.statement import Relation, Scaling

SEED = 0
POINTS = enclosing.POINTS


class Outcome(NamedTuple):
    """How a mutant ended: ``refuted``, ``broken``, ``refused`` (its chain proves nothing) or ``alive``."""

    ended: str
    witness: str  # which part of the engine said so, in a few words

    @property
    def killed(self) -> bool:
        return self.ended in ("refuted", "broken")


def outcome(mutant: Mutant, seed: int = SEED) -> Outcome:
    """The engine's verdict of a mutant."""
    if mutant.part == "reason":
        return of_reason(mutant)
    if mutant.part == "line":
        return of_line(mutant, seed)
    if mutant.part == "hypothesis":
        return of_hypothesis(mutant, seed)
    if isinstance(mutant.claim.states, Relation):
        return of_relation(mutant, seed)
    return of_trend(mutant, seed)


class Sites:
    """The points at which the engine looks at a claim, as ``points.varied`` orders them, made when asked for."""

    def __init__(self, claim: Claim, seed: int):
        corners = points.lattice(claim) if claim.given else [{}]
        drawn = islice(points.draws(claim, seed), POINTS) if claim.given else iter(())
        turns = (point for pair in zip_longest(corners, drawn) for point in pair if point is not None)
        self.rest, self.made = turns, list[points.Point]()

    def first(self, count: int) -> list[points.Point]:
        self.made += islice(self.rest, max(0, count - len(self.made)))
        return self.made[:count]

    def __iter__(self) -> Iterator[points.Point]:
        place = 0
        while len(self.first(place + 1)) > place:
            yield self.made[place]
            place += 1


@lru_cache(maxsize=8)
def sites(claim: Claim, seed: int) -> Sites:
    return Sites(claim, seed)


# The derivation


def of_reason(mutant: Mutant) -> Outcome:
    """A step whose reason is another: its rule must refuse, or give another line."""
    wrong = mutant.link
    assert wrong is not None
    closed, note = derivation.closes(wrong.before, wrong.step, wrong.scene)
    return Outcome("alive", f"closed: {note}") if closed else Outcome("refused", note)


def of_line(mutant: Mutant, seed: int) -> Outcome:
    """A line that is off: the link to it or the link from it must break."""
    wrong = mutant.link
    assert wrong is not None
    there = sites(mutant.origin, seed)
    pairs = [(wrong.before, wrong.step)]
    if wrong.after is not None:
        pairs.append((wrong.step.value, wrong.after))
    told = [relooked(before, step, wrong.scene, there) for before, step in pairs]
    broken = next((each for each in told if each.ended == "broken"), None)
    refused = next((each for each in told if each.ended == "refused"), None)
    return broken or refused or told[0]


def relooked(before: Basic, step: Step, scene: Scene, there: Sites) -> Outcome:
    """One link as ``derivation.checked`` does it, but balls first: they are quick where an error is plain."""
    quick = there.first(SPOT_CHECKS)
    looks, witness, _ = derivation.enclosed(before, step, scene, quick)
    if witness is not None:
        return Outcome("broken", "balls")
    if not looks and derivation.led_elsewhere(before, step, scene, quick)[0] is not None:
        return Outcome("broken", "its rule, by balls")
    link = derivation.checked(before, step, scene, POINTS, there.first)
    link = certificate.drawn_apart(scene.claim, link, SEED)
    if link.status == "broken":
        by_draws = "draws" if "draws" in link.note else "balls"
        return Outcome("broken", f"its rule, by {by_draws}" if "rule" in link.note else by_draws)
    return Outcome("alive", "closed") if link.status == "closed" else Outcome("refused", link.note)


def of_hypothesis(mutant: Mutant, seed: int) -> Outcome:
    """A claim without one of its hypotheses, with its own chain, as the engine examines any claim."""
    finding, chain = certificate.derived(mutant.claim, seed)
    if any(link.status == "broken" for link in chain):
        return Outcome("broken", "a line without a value" if "no value" in str(finding.notes) else "balls")
    if finding.verdict is Verdict.PROVED:
        return Outcome("alive", "proved")
    told = "; ".join(finding.notes) or "no derivation"
    if isinstance(mutant.claim.states, Relation):
        pairs = certificate.comparable(mutant.claim, chain)
        if any(excluded_at(mutant.claim, left, seed, mutant.claim)[0] for left, _ in pairs):
            return Outcome("refuted", "balls")
    return Outcome("refused", told)


# A relation


@lru_cache(maxsize=4)
def chain_of(claim: Claim, seed: int = SEED) -> tuple[Link, ...]:
    """The chain of the original, each link as it is known to be: closed, which the suite tests link by link."""
    if claim.because is None:
        return ()
    steps = made(claim)
    values = [derivation.start(claim), *(step.value for step in steps)]
    return tuple(
        Link(before, step.value, step.sign, step.reason, "closed", "", 0, None)
        for before, step in zip(values, steps, strict=False)
    )


def bent(mutant: Mutant) -> tuple[Link, ...]:
    """The chain of the original with its last line as the mutant has it."""
    *kept, last = chain_of(mutant.origin)
    return (*kept, last._replace(after=mutant.claim.states.sides[-1], status="open"))


def of_relation(mutant: Mutant, seed: int) -> Outcome:
    """Balls for the sides, boxes for an inequality, then the last link of the bent chain, then what was drawn."""
    claim = mutant.claim
    chain = bent(mutant) if mutant.origin.because is not None else ()
    pairs = certificate.comparable(claim, chain)
    found = by_balls(mutant, pairs, seed)
    if found is not None:
        return found
    told = None
    if chain and mutant.part != "direction":
        *_, last = chain
        step = Step(last.after, last.reason, last.sign)
        told = relooked(last.before, step, Scene(claim, dict(claim.given)), sites(mutant.origin, seed))
        if told.ended != "refused":
            return told
    silent = not pairs and experiment_of(mutant.origin) is None  # an experiment is asked instead of draws
    if silent and certificate.drawn(claim, seed).verdict is Verdict.REFUTED:
        return Outcome("refuted", "draws")
    if stored.draws_exclude(claim, mutant.origin):
        return Outcome("refuted", "stored draws")
    observed = observed_again(mutant, seed)
    if observed.killed:
        return observed
    return searched(mutant, pairs, seed) or told or observed


def by_balls(mutant: Mutant, pairs: list[tuple[Basic, Basic]], seed: int) -> Outcome | None:
    """What ``certificate.certified`` says before it searches."""
    claim = mutant.claim
    for left, _ in pairs:
        excluded, looks = excluded_at(claim, left, seed, mutant.origin)
        if excluded:
            return Outcome("refuted", "balls")
        if looks:
            break
    for left, right in pairs if relation(claim).sign != "=" and enclosing.is_box(claim) else ():
        covered = enclosing.cover(claim, left, right)
        if covered is not None and covered.verdict is not None:
            return Outcome("refuted" if covered.verdict is Verdict.REFUTED else "alive", "boxes")
    return None


def searched(mutant: Mutant, pairs: list[tuple[Basic, Basic]], seed: int) -> Outcome | None:
    """What it says once it has searched for where an inequality comes closest to failing."""
    for left, right in pairs:
        if enclosing.breaking(mutant.claim, left, right, sites(mutant.origin, seed)) is not None:
            return Outcome("refuted", "balls, where the slack is least")
    return None


def observed_again(mutant: Mutant, seed: int) -> Outcome:
    """An exact comparison with what the experiment of the original returns at the engine's points, then beyond."""
    found = returned(mutant.origin, seed)
    if not found:
        return Outcome("refused", "no witness can look")
    if any(breach(mutant.claim, point, value) for point, value in found):
        return Outcome("refuted", "an exact comparison")
    if relation(mutant.claim).sign != "=" and broken_nearby(mutant, [point for point, _ in found], seed):
        return Outcome("refuted", "an exact comparison, where the slack is least")
    return Outcome("alive", f"compared at {len(found)} points")


def broken_nearby(mutant: Mutant, points: list[Point], seed: int) -> bool:
    """Whether the search of ``evaluating.hunt`` for the least slack ends at a breach."""
    import jax

    from numerics import evaluating

    claim, experiment = mutant.claim, experiment_of(mutant.origin)
    assert experiment is not None

    def breaks(point: Point) -> bool:
        near = sides.rounded(claim, point, "float64")
        return bool(
            breach(claim, near, evaluating.value(claim, experiment, sides.plain(claim, near), seed, ""))
        )

    with jax.enable_x64(True):
        return evaluating.least(claim, experiment, points, seed, breaks) is not None


@lru_cache(maxsize=4)
def returned(claim: Claim, seed: int) -> tuple:
    """What a deterministic experiment returns at its points; empty for another, or none."""
    experiment = experiment_of(claim)
    if experiment is None or experiment.draws or experiment.keyed:
        return ()
    import jax

    from numerics.evaluating import value

    with jax.enable_x64(True):
        where = plan.chosen_points(claim, seed)
        return tuple((p, value(claim, experiment, sides.plain(claim, p), seed, "values")) for p in where)


def experiment_of(claim: Claim) -> Experiment | None:
    """The experiment that observes a claim, its file loaded."""
    home = home_of(claim)
    if home is None:
        return None
    load(home)
    return attached(claim)


def excluded_at(claim: Claim, left: Basic, seed: int, origin: Claim) -> tuple[bool, int]:
    """Whether balls rule the claim out at one of the engine's points, as ``enclosing.enclosed`` decides it.

    With it, at how many points they could look.
    """
    right, looks, misses = claim.states.sides[-1], 0, 0
    for point in sites(origin, seed):
        try:
            excluded = enclosing.excludes(claim, left, right, point, enclosing.DIGITS)
        except enclosing.DECLINED:
            misses += 1
            if misses > enclosing.MISSES and not looks:
                return False, 0
            continue
        looks += 1
        if excluded and enclosing.excludes(claim, left, right, point, enclosing.CHECK_DIGITS):
            return True, looks
    return False, looks


# A limit or a scaling


def of_trend(mutant: Mutant, seed: int) -> Outcome:
    """The bent chain of a limit or a scaling, every line over the mutant's gauge; then its ladder."""
    if enclosing.unreal(mutant.claim, seed).verdict is Verdict.REFUTED:
        return Outcome("refuted", "no real number")
    if mutant.origin.because is None:
        return of_ladder(mutant, seed)
    steps = bent_trend(mutant)
    claim = replace_because(mutant.claim, steps)
    finding, chain = certificate.derived(claim, seed)
    if any(link.status == "broken" for link in chain):
        return Outcome("broken", "its rule, by balls")
    if finding.verdict is Verdict.PROVED:
        return Outcome("alive", "proved")
    measured = of_ladder(mutant, seed)
    return measured if measured.killed else Outcome("refused", "; ".join(finding.notes))


def bent_trend(mutant: Mutant) -> tuple[Step, ...]:
    steps, states, own = made(mutant.origin), mutant.claim.states, mutant.origin.states
    ratio = 1
    if isinstance(states, Scaling) and isinstance(own, Scaling):
        ratio = own.gauge / states.gauge
    *kept, last = steps
    goal = derivation.end(mutant.claim)
    kept = [replace(step, value=step.value * ratio) for step in kept]
    return (*kept, replace(last, value=last.value if goal is None else goal))


def replace_because(claim: Claim, steps: tuple[Step, ...]) -> Claim:
    return Claim(
        claim.name,
        claim.title,
        claim.given,
        claim.states,
        where=claim.where,
        because=lambda: steps,
        uses=claim.uses,
    )


def of_ladder(mutant: Mutant, seed: int) -> Outcome:
    """A limit or a scaling that no derivation decides: the ladder of theory, else the one that was measured."""
    told = stored.ladder_excludes(mutant.claim, mutant.origin, mutant.part)
    found = theory_ladder(mutant.claim, seed)
    if found.verdict is Verdict.REFUTED:
        return Outcome("refuted", "a ladder of theory")
    if told:
        return Outcome("refuted", "the stored ladder")
    return Outcome("alive" if found.verdict is Verdict.SUPPORTED else "refused", "no ladder excludes it")
