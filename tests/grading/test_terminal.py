"""Terminal text on a page: what a terminal would show in the end, coloured, and nothing that acts."""

import pytest

from kit.grading.terminal import clean_text, render_terminal, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", '<span class="ansi-red">red</span>'),
        ("\x1b[1;32mok", '<span class="ansi-bold ansi-green">ok</span>'),
        ("\x1b[1mok\x1b[22m!", '<span class="ansi-bold">ok</span>!'),
        ("\x1b[38;5;196mx\x1b[39my", "xy"),
        ("\x1b[38;2;1;2;3;1mx", '<span class="ansi-bold">x</span>'),
        ("\x1b[2J\x1b[H\x1b[?25lx", "x"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\x", "x"),
        ("\x1b", ""),
        ("a\x00\x08\x9bb", "ab"),
        ("10 %\r50 %\r100 %\n", "100 %\n"),
        ("line\r\n", "line\n"),
        ("user\u202eexe", "user⟨U+202E⟩exe"),
    ],
)
def test_terminal_text_becomes_harmless_html(text, shown):
    assert render_terminal(text) == shown


def test_a_colour_code_can_not_open_a_tag():
    assert "<i" not in render_terminal('\x1b[31"><img src=x onerror=alert(1)>m')


def test_long_text_keeps_beginning_and_end():
    text = shorten("first" + "x" * 1_000_000 + "last", limit=1000)
    assert text.startswith("first") and text.endswith("last")
    assert "999009 characters left out" in text
    assert len(text) < 1100


def test_clean_text_has_no_colours_left():
    assert clean_text("\x1b[0;31mE\x1b[0m: x") == "E: x"
