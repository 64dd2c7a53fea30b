"""What the tests of cards and of reports share: records with something in them, and what HTML may hold."""

import re
from html.parser import HTMLParser

from numerics.record import Record

HOSTILE = '<script>alert("1")</script>&'
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Outline(HTMLParser):
    """Elements with their attributes, and whether every element is closed where it should be."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def stands_alone(html: str) -> Outline:
    """Asserts that HTML is closed properly, runs nothing, and loads nothing."""
    outline = Outline(html)
    assert not outline.open
    names = {tag for tag, _ in outline.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    for _, attributes in outline.elements:
        assert not any(name.startswith("on") or name in ("src", "action") for name in attributes)
        for name in ("href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")
    assert not re.search(r"@import|url\((?!#)", html)
    return outline


def record(**changes) -> Record:
    known = {"claim": "mine", "verdict": "supported", "statement": r"x^{2} \le x", "digest": "0" * 64}
    return Record(
        **{**known, "kind": "equal", "title": "Mine.", "hypotheses": r"For \(x \geq 0\):", **changes}
    )


def seen(at, mean, claimed=0.0, half=0.5, z=1.0, **further):
    return {
        "at": at,
        "lower": mean - half,
        "upper": mean + half,
        "claimed": claimed,
        "mean": mean,
        "z": z,
    } | further


def means(*deviations: float, error: float = 0.1) -> Record:
    """A record of means that lie so many standard errors off."""
    entries = [
        seen({"rho": f"{place}/10"}, 1 + z * error, 1.0, 6 * error, z, draws=100)
        for place, z in enumerate(deviations)
    ]
    return record(intervals=entries)


def ladder(values, kind="scaling", numbers=(), by=None, spread=0.1) -> Record:
    rungs = by or [2**k for k in range(4, 4 + len(values))]
    entries = [
        {
            "at": {"d": "2", "m": f"{rung:g}"},
            "lower": value - 0.01,
            "upper": value + 0.01,
            "median": value,
            "spread": [value - spread, value + spread],
            "seeds": 64,
        }
        for rung, value in zip(rungs, values, strict=True)
    ]
    return record(kind=kind, intervals=entries, numbers=dict(numbers))
