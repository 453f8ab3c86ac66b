"""The one kind of error that a person is meant to read.

Anything that goes wrong because of input (a file, an option, a notebook) is raised as a `KitError`, so
that the command line can show one clear message and the tests can assert on its parts. A bug is any other
exception, and keeps its traceback.
"""

from __future__ import annotations

from pathlib import Path


class KitError(Exception):
    """An error that says what was wrong, where, and what to do.

    Parameters
    ----------
    what
        What is wrong, as a sentence without a full stop.
    where
        The file, and the cell or line in it, when there is one.
    fix
        What the reader can do about it, as an imperative sentence.

    Examples
    --------
    >>> print(KitError("this is not a notebook", where="a.ipynb", fix="Save it again from Jupyter"))
    a.ipynb: this is not a notebook. Save it again from Jupyter.
    """

    def __init__(
        self, what: str, *, where: str | Path | None = None, fix: str | None = None
    ) -> None:
        self.what = what
        self.where = None if where is None else str(where)
        self.fix = fix
        super().__init__(self.message())

    def message(self) -> str:
        """Return the whole message on one line."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        text = text.rstrip(".") + "."
        if self.fix:
            text += " " + self.fix.rstrip(".") + "."
        return text


class KitErrors(KitError):  # noqa: N818 - the plural says that it holds several
    """Several errors of one kind, reported at once so that nobody has to fix them one by one."""

    def __init__(self, errors: list[KitError]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(error.message() for error in self.errors))

    def message(self) -> str:
        """Return one line for each error."""
        return self.what
