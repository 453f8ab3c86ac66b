"""The words that the rules on wording know; one place, so that a false alarm is one line to correct."""

from __future__ import annotations

import re

# Used without being expanded: every reader knows them, or they are not read as acronyms.
KNOWN_ACRONYMS = frozenset(
    {
        "AI", "API", "ASCII", "BSD", "BY", "CC", "CPU", "CSV", "DNA", "GB", "GPU", "HTML", "HTTP", "HTTPS",
        "ID", "ISO", "JSON", "KB", "MB", "MIT", "OK", "PATH", "PDF", "PNG", "RAM", "README", "SHA", "SQL",
        "SVG", "TB", "TV", "UK", "URL", "US", "USA", "USB", "UTC", "UTF", "XML", "YAML",
        # What `kit.authoring.prose.plain` puts in place of code, formulas and addresses.
        "CODE", "LINK", "MATH",
        # Test sets whose name is a word.
        "DROP", "RACE",
        # Words in capitals, and Roman numbers.
        "AND", "BEGIN", "END", "FALSE", "HIDDEN", "NONE", "NOT", "NOTE", "OR", "PYTHON", "SOLUTION", "TESTS",
        "TRUE", "II", "III", "IV", "IX", "VI", "VII", "VIII", "XI", "XII",
    }
)  # fmt: skip

CONTRACTION = re.compile(
    r"\b(?:(?:ca|wo|is|are|was|were|do|does|did|has|have|had|could|should|would|must|need|ai|sha)n['’]t"
    r"|(?:I|you|we|they|he|she|it|who|there|that)['’](?:ve|ll|d|re|m)"
    r"|(?:it|that|what|there|here|let|how|where|who|he|she)['’]s)\b",
    re.IGNORECASE,
)

# Phrases that a dictionary does not explain word by word, and words that only fill.
IDIOMS = (
    "a piece of cake", "as you can see", "at the end of the day", "back to square one", "ballpark",
    "bear in mind", "bells and whistles", "by and large", "cherry-pick", "cut corners",
    "cutting edge", "deep dive", "dive in", "dive into", "eyeball", "first off", "from the get-go",
    "get the hang of", "get your feet wet", "grain of salt", "hands down", "heads up", "heads-up",
    "hit the ground running", "in a nutshell", "in the wild", "keep an eye on", "keep in mind",
    "long story short", "low-hanging fruit", "magic bullet", "needless to say", "no brainer",
    "no-brainer", "nuts and bolts", "obviously", "of course", "on the fly", "on the same page",
    "out of the box", "piece of cake", "play around", "red flag", "rule of thumb", "rules of thumb",
    "silver bullet", "simply put", "spoiler alert", "stay tuned", "step up your game",
    "take a stab", "the big picture", "tip of the iceberg", "under the hood", "wrap up",
)  # fmt: skip

IDIOM = re.compile(
    r"(?<![\w-])(?:" + "|".join(map(re.escape, IDIOMS)) + r")(?![\w-])", re.IGNORECASE
)

PLACEHOLDER = re.compile(
    r"\[(?:todo|tbd|tba|insert[^\]]*|your [^\]]*)\](?!\()"
    r"|\b(?:TODO|FIXME|TBD|XXX)\b|\bName Surname\b|\bLorem ipsum\b|\blorem ipsum\b|\?\?\?"
    r"|\bJohn Doe\b|\bJane Doe\b|\bfoo ?bar\b",
)

# Said of a link whose text does not say where it leads.
EMPTY_LINK_TEXTS = frozenset(
    {
        "click here", "details", "documentation", "here", "link", "more", "paper", "read more",
        "source", "the documentation", "the link", "the paper", "this", "this article", "this link",
        "this page", "this paper", "website",
    }
)  # fmt: skip
