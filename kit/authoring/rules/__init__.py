"""Every rule, one module for each kind; importing this package registers them."""

from kit.authoring.rules import (
    code,
    exercises,
    figures,
    metadata,
    objectives,
    quizzes,
    shape,
    structure,
    wording,
)

__all__ = [
    "code",
    "exercises",
    "figures",
    "metadata",
    "objectives",
    "quizzes",
    "shape",
    "structure",
    "wording",
]
