"""A seed that is one person's own in one assignment, for hidden tests that draw their values.

It depends on a secret of the course, so that nobody can compute their own, and on nothing that handing in again
would change. It stands in the evidence of every mark. A test reads it so, which also runs without the kit::

    rng = np.random.default_rng(int(os.environ.get("KIT_SEED", "0")))
"""

from __future__ import annotations

import hmac
import os
import secrets

from kit.errors import KitError
from kit.grading.course import Course
from kit.i18n import gettext as _

#: The environment variable in which tests find it.
SEED = "KIT_SEED"


def read_secret(course: Course) -> str:
    """Return the secret of a course; the first time, one is made.

    Raises
    ------
    KitError
        If the file holds no secret.
    """
    path = course.state("secret")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as stream:
                stream.write(secrets.token_hex(32) + "\n")
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if len(text) < 32:
        raise KitError(
            _("this is not the secret from which seeds are made"),
            where=path,
            fix=_(
                "Put the file back from a copy. Without one delete it; then all are graded again"
            ),
        )
    return text


def make_seed(secret: str, assignment: str, student: str) -> int:
    """Return a seed of 32 bits.

    Examples
    --------
    >>> make_seed("s" * 32, "tides", "intern-07") == make_seed("s" * 32, "tides", "intern-07")
    True
    >>> make_seed("s" * 32, "tides", "intern-07") == make_seed("s" * 32, "tides", "intern-08")
    False
    """
    digest = hmac.digest(
        secret.encode(), f"{assignment}\0{student}".encode("utf-8", "replace"), "sha256"
    )
    return int.from_bytes(digest[:4], "big")
