"""Rules on wording: many readers read in their third language, and some hear the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.prose import Passage, bare_urls, count_words, links, passages, plain, sentences
from kit.authoring.registry import BOTH, rule
from kit.authoring.subject import Cell, Subject
from kit.authoring.words import (
    CONTRACTION,
    EMPTY_LINK_TEXTS,
    IDIOM,
    KNOWN_ACRONYMS,
    PLACEHOLDER,
)
from kit.i18n import gettext as _

MOST_WORDS = 25

_ACRONYM = re.compile(r"(?<![\w&/.-])[A-Z]{2,6}(?=s?(?![\w&]))")


def _read_by_learners(subject: Subject) -> list[Cell]:
    return [cell for cell in subject.cells if cell.role != "mentor"]


@rule(
    "sentence-length",
    f"Sentences have at most {MOST_WORDS} words. A formula, a piece of code, a link and a list of "
    "numbers are one word each; a semicolon ends a sentence too.",
    kinds=BOTH,
)
def sentence_length(subject: Subject) -> Iterator[Problem]:
    """Tables and code cells do not count."""
    for cell in _read_by_learners(subject):
        for passage in passages(cell):
            for sentence in sentences(passage.text):
                count = count_words(sentence)
                if count > MOST_WORDS:
                    what = _("this sentence has {n} words: '{start} …'")
                    start = " ".join(sentence.split()[:6])
                    yield Problem(
                        what.format(n=count, start=start),
                        _("Make two sentences of it"),
                        cell.key,
                        passage.line,
                    )


@rule("contractions", "No contractions: 'it is', not 'it's'.", kinds=BOTH)
def contractions(subject: Subject) -> Iterator[Problem]:
    """They are taught late and read wrongly."""
    yield from _matches(subject, CONTRACTION, _("'{text}' is a contraction"), _("Write it out"))


@rule(
    "idioms", "No idioms and no filling words; the list is in kit/authoring/words.py.", kinds=BOTH
)
def idioms(subject: Subject) -> Iterator[Problem]:
    """An idiom can not be looked up word by word."""
    yield from _matches(
        subject, IDIOM, _("'{text}' is an idiom or fills space"), _("Say it in plain words")
    )


def _line_of(text: str, passage: Passage, cell: Cell) -> int:
    """Return the line on which a text of a passage stands; its first line if it is broken in two."""
    lines = enumerate(cell.source.split("\n"), 1)
    found = (number for number, line in lines if number >= passage.line and text in line)
    return next(found, passage.line)


def _matches(subject: Subject, pattern: re.Pattern[str], what: str, fix: str) -> Iterator[Problem]:
    for cell in _read_by_learners(subject):
        for passage in passages(cell):
            for match in pattern.finditer(passage.text):
                line = _line_of(match[0], passage, cell)
                yield Problem(what.format(text=match[0]), fix, cell.key, line)


@rule(
    "acronyms",
    "An acronym is expanded once, as in 'sea surface temperature (SST)' or 'SST (sea surface "
    "temperature)'; kit/authoring/words.py lists those that need not be.",
    kinds=BOTH,
)
def acronyms(subject: Subject) -> Iterator[Problem]:
    """What is obvious in one field is unreadable in the next."""
    cells = _read_by_learners(subject)
    everything = " ".join(plain(cell.source) for cell in cells if cell.is_markdown)
    everything += " ".join(
        passage.text for cell in cells if cell.is_code for passage in passages(cell)
    )
    reported: set[str] = set()
    for cell in cells:
        for passage in passages(cell):
            for match in _ACRONYM.finditer(passage.text):
                word = match[0]
                if word in KNOWN_ACRONYMS or word in reported or _expanded(word, everything):
                    continue
                reported.add(word)
                yield Problem(
                    _("the acronym {word} is never expanded").format(word=word),
                    _("Write it out once, with the acronym in parentheses"),
                    cell.key,
                    _line_of(word, passage, cell),
                )


def _expanded(word: str, text: str) -> bool:
    """Whether a text says what an acronym means: in parentheses on either side, or in words."""
    return bool(
        re.search(rf"\w[\w’'\" -]*\({word}s?[,;)]", text)
        or re.search(rf"\b{word}s? \([A-Za-z][\w’' -]+ [\w’' ,-]+\)", text)
        or re.search(rf"\b{word}s? (?:stands for|means|is short for)\b", text)
        or re.search(rf"\b{word}s?, (?:the|or|short for) \w+", text)
    )


@rule(
    "placeholders",
    "No template text is left: no '[todo]', no 'Name Surname', no 'lorem ipsum'.",
    kinds=BOTH,
)
def placeholders(subject: Subject) -> Iterator[Problem]:
    """Looked for everywhere, in code and metadata too."""
    fix = _("Write what belongs there, or remove it")
    for cell in subject.cells:
        for number, line in enumerate(cell.source.split("\n"), 1):
            for match in PLACEHOLDER.finditer(line):
                what = _("'{text}' is template text").format(text=match[0])
                yield Problem(what, fix, cell.key, number)
    metadata = json.dumps(dict(subject.notebook["metadata"]), ensure_ascii=False)
    for match in PLACEHOLDER.finditer(metadata):
        what = _("'{text}' is template text, in the notebook's metadata").format(text=match[0])
        yield Problem(what, fix)


@rule(
    "link-text",
    "The text of a link says where it leads; no 'here', no bare address.",
    kinds=BOTH,
)
def link_text(subject: Subject) -> Iterator[Problem]:
    """Screen readers list the links of a page by their text alone."""
    fix = _("Name the place: [Annual report on the Pacific](address)")
    for cell in subject.cells:
        if not cell.is_markdown:
            continue
        for link in links(cell.source):
            text = plain(link.text).strip(" .:→").lower()
            if text in EMPTY_LINK_TEXTS or not text or text == "url":
                what = _("the link text '{text}' does not say where it leads")
                yield Problem(what.format(text=link.text), fix, cell.key, link.line)
        for link in bare_urls(cell.source):
            what = _("the address {url} stands in the text").format(url=link.target)
            yield Problem(what, fix, cell.key, link.line)
