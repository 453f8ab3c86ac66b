"""Evaluate a classifier across reliability, robustness, cybersecurity and transparency, honestly.

Every number has an interval, the method behind it, and what it bounds. What was not measured is a row that says
why. The measurement tests itself and says so when it must not be believed. There is no total score.

    card = evaluate(model, test=(X, y), calibration=(X2, y2), train=(X3, y3),
                    threats=[Linf(eps=(0.05, 0.1), clip=(0, 1), access="white-box")])
    card["reliability.accuracy"]
    card.compare(other)
    card.to_html("card.html", lang="es")
"""

from kit.evaluation.card import Card, Measurement
from kit.evaluation.evaluation import evaluate
from kit.evaluation.measures import measure
from kit.evaluation.threats import Corruptions, Linf, Patch

__all__ = ["Card", "Corruptions", "Linf", "Measurement", "Patch", "evaluate", "measure"]
