"""Every rule, one module for each kind; importing this package registers them."""

from kit.authoring.rules import (
    code,
    executed,
    exercises,
    figures,
    folder,
    metadata,
    objectives,
    questions,
    quizzes,
    rubrics,
    shape,
    structure,
    verdicts,
    wording,
)

__all__ = [
    "code",
    "executed",
    "exercises",
    "figures",
    "folder",
    "metadata",
    "objectives",
    "questions",
    "quizzes",
    "rubrics",
    "shape",
    "structure",
    "verdicts",
    "wording",
]
