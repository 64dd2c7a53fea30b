"""What the pages know of claims: their order and numbers, where each is shown, when a page is stale."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import standing
from docutils import nodes
from sphinx.domains import Domain, ObjType
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from numerics import glyphs, report
from theory import catalogue
from theory.claim import Claim

logger = logging.getLogger(__name__)


def outline(chapter: str) -> list[list[Claim]]:
    """The claims of a chapter by row: a claim, then the facts whose names extend its own."""
    rows: list[list[Claim]] = []
    for claim in catalogue.of_chapter(chapter):
        if rows and claim.name.startswith(f"{rows[-1][0].name}."):
            rows[-1].append(claim)
        else:
            rows.append([claim])
    return rows


def numbers() -> dict[str, str]:
    """Numbers by name: chapter, row, and for a fact its place in the row."""
    found = {}
    for chapter, name in enumerate(catalogue.CHAPTERS, 1):
        for place, row in enumerate(outline(name), 1):
            found |= {claim.name: f"{chapter}.{place}" + f".{k}" * bool(k) for k, claim in enumerate(row)}
    return found


def users(claim: Claim) -> list[str]:
    return [other.name for other in catalogue.claims() if claim.name in other.uses]


def anchor(name: str) -> str:
    return "claim-" + nodes.make_id(name)


class ClaimDomain(Domain):
    """Where each claim is shown, and the links to it."""

    name = "wideproof"
    label = "Claims"
    object_types = {"claim": ObjType("claim", "claim")}  # noqa: RUF012 - as Sphinx declares it
    initial_data = {"shown": {}, "pages": {}, "made_from": ""}  # noqa: RUF012

    def show(self, name: str, location) -> None:
        """A claim is shown once: the second time is told of."""
        if name in self.data["shown"]:
            logger.warning("%s is shown already, by %s", name, self.data["shown"][name], location=location)
        self.data["shown"][name] = self.env.docname

    def mark(self) -> None:
        """Remember the page that is being read: it is made from the catalogue."""
        self.data["pages"][self.env.docname] = True

    def clear_doc(self, docname: str) -> None:
        self.data["shown"] = {name: page for name, page in self.data["shown"].items() if page != docname}
        self.data["pages"].pop(docname, None)

    def check_consistency(self) -> None:
        for claim in catalogue.claims():
            if claim.name not in self.data["shown"]:
                logger.warning("no page shows %s; add it, or its chapter, to one", claim.name)

    def resolve_xref(self, env, fromdocname, builder, typ, target, node, contnode):
        page = self.data["shown"].get(target)
        return page and make_refnode(builder, fromdocname, page, anchor(target), contnode)

    def resolve_any_xref(self, env, fromdocname, builder, target, node, contnode):
        found = self.resolve_xref(env, fromdocname, builder, "claim", target, node, contnode)
        return [("wideproof:claim", found)] if found else []

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        for name, page in self.data["shown"].items():
            yield name, name, "claim", page, anchor(name), 1


def outdated(app, env, added, changed, removed) -> list[str]:
    """The pages of claims, if anything that they are made from has changed since."""
    data, now = env.get_domain(ClaimDomain.name).data, made_from()
    before, data["made_from"] = data["made_from"], now
    return [] if before == now else list(data["pages"])


def made_from() -> str:
    """A fingerprint of the theory, of the words for evidence, and of the records."""
    theory, own = Path(catalogue.__file__).parent, Path(__file__).parent
    sources = [*theory.rglob("*.py"), *own.glob("*.py"), *(Path(m.__file__) for m in (glyphs, report))]
    found = sha256()
    for file in sorted(sources) + standing.files():
        found.update(sha256(file.read_bytes()).digest() + str(file).encode())
    return found.hexdigest()
