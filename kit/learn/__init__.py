"""What a lesson imports: predictions, questions, hints, checks, and figures that everybody can read.

In a browser each function shows a widget that works with the keyboard alone. Where a notebook is
executed without a browser it shows the same content as text. What a learner answers stays in a file
of their own folder (`kit.learn.logbook`). The content of lessons is left to ``courses/``.
"""

from kit.learn.checks import check
from kit.learn.comparisons import agreement
from kit.learn.controls import slide, switch
from kit.learn.figures import show
from kit.learn.hints import hint
from kit.learn.predictions import predict, reveal
from kit.learn.quizzes import quiz
from kit.learn.sessions import begin
from kit.learn.terminal import terminal

__all__ = [
    "agreement",
    "begin",
    "check",
    "hint",
    "predict",
    "quiz",
    "reveal",
    "show",
    "slide",
    "switch",
    "terminal",
]
