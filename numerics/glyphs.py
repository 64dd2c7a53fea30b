"""The six verdicts as they are shown: a glyph, a word and a colour, so that colour is never needed."""

from typing import NamedTuple


class Mark(NamedTuple):
    glyph: str
    style: str
    meaning: str


MARKS = {
    "proved": Mark("✔", "green", "the derivation closes from the definition to the closed form"),
    "certified": Mark("◆", "cyan", "covered by ball arithmetic over the whole domain"),
    "supported": Mark("≈", "blue", "could have been refuted, at the resolution printed, and was not"),
    "inconclusive": Mark("?", "yellow", "the budget ended before the resolution was reached"),
    "refuted": Mark("✘", "bold red", "a counterexample, reproduced"),
    "error": Mark("!", "bold magenta", "the check itself failed, or nothing was checked"),
}
LINKS = {
    "closed": Mark("✔", "green", ""),
    "enclosed": Mark("≈", "blue", ""),
    "open": Mark("?", "yellow", ""),
    "broken": Mark("✘", "bold red", ""),
}


def marked(verdict: str) -> str:
    """The glyph and the word."""
    return f"{MARKS[verdict].glyph} {verdict}"
