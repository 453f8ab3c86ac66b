"""The help of the commands in the reader's language: docstrings and options through gettext.

A docstring can't be wrapped in a call, so it is looked up when help is asked for, paragraph by paragraph: a
correction of one leaves the translations of the others. `tools/messages.py` collects the same strings with
`help_strings`.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator

import click

from kit.i18n import gettext as _

# Between paragraphs; a paragraph that begins with a backspace is one that click must not wrap.
_BREAK = re.compile("(\n\n+(?:\b\n)?|^\b\n)")


def translate_command(command: click.Command) -> click.Command:
    """Return a copy of a command, its subcommands included, whose help is in the current language.

    Examples
    --------
    >>> plain = click.Command("sail", help="Set sail.")
    >>> translate_command(plain).help
    'Set sail.'
    """
    translated = copy.copy(command)
    for name in ("help", "short_help", "epilog"):
        setattr(translated, name, _translate(getattr(command, name)))
    translated.params = [_translate_option(each) for each in command.params]
    if isinstance(command, click.Group):
        assert isinstance(translated, click.Group)
        translated.commands = {
            name: translate_command(each) for name, each in command.commands.items()
        }
    return translated


def _translate_option(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    translated = copy.copy(parameter)
    translated.help = _translate(parameter.help)
    return translated


def _translate(text: str | None) -> str | None:
    if not text:
        return text
    return "".join(before + _(words) for before, words in _split_paragraphs(text))


def _split_paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """Yield each paragraph with what stands before it; lines that click wraps anyway are made one."""
    before = ""
    for number, part in enumerate(_BREAK.split(inspect.cleandoc(text))):
        if number % 2:
            before = part
        elif part:
            yield before, part if before.endswith("\b\n") else " ".join(part.split())


def help_strings(command: click.Command) -> Iterator[str]:
    """Yield every string of a command's help, and of its subcommands', as `translate_command` looks it up."""
    texts = [command.help, command.short_help, command.epilog]
    texts += [each.help for each in command.params if isinstance(each, click.Option)]
    for text in filter(None, texts):
        yield from (words for _before, words in _split_paragraphs(text))
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from help_strings(each)
