"""Language models in inspect_ai: any function from a prompt to a text as a model, and the interval of its log.

The tasks, the scorers and the log are inspect_ai's. What this adds works without a network: the mock model that
inspect_ai brings counts tokens with a table that it downloads. And its intervals count what was drawn: several
answers to one question are one question, groups of questions are groups, and 10 right of 10 is not "± 0".
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kit.errors import KitError
from kit.evaluation.statistics import (
    Interval,
    clustered_interval,
    mean_interval,
    wilson_interval,
)
from kit.i18n import gettext as _

INSTALL = 'pip install "bitacora-kit[llm]"'


def make_inspect_model(answer: Callable[[str], str], *, name: str = "local") -> Any:
    """Make a model for inspect_ai of a function that takes a prompt and returns a text.

    Several messages (a system prompt, examples) are handed over as one text, with an empty line between
    them. The function is called for one prompt at a time, and options such as a temperature do not reach it:
    give it what you want when you write it. If it raises, or returns anything but a text, or the task offers
    tools, inspect_ai ends the evaluation with that error.

    Parameters
    ----------
    answer
        The language model, such as a function that lets a torch module write.
    name
        What logs call it: ``kit/NAME``.

    Returns
    -------
    inspect_ai.model.Model
        To hand to ``inspect_ai.eval``.

    Raises
    ------
    KitError
        If inspect_ai is not installed.

    Examples
    --------
    >>> from inspect_ai import Task, eval  # doctest: +SKIP
    >>> from inspect_ai.dataset import Sample  # doctest: +SKIP
    >>> from inspect_ai.scorer import match  # doctest: +SKIP
    >>> task = Task(dataset=[Sample("17+26=", target="43")], scorer=match())  # doctest: +SKIP
    >>> [log] = eval(task, model=make_inspect_model(lambda prompt: "43"))  # doctest: +SKIP
    >>> score_interval(log).value  # doctest: +SKIP
    1.0
    """
    model = _import_inspect("inspect_ai.model")

    class FunctionAPI(model.ModelAPI):  # type: ignore[name-defined]
        async def generate(
            self,
            input: Any,
            tools: Any,
            tool_choice: Any,  # noqa: ARG002 - the signature is inspect_ai's.
            config: Any,  # noqa: ARG002
        ) -> Any:
            if tools:
                raise NotImplementedError("a plain function can not call the tools of this task")
            text = answer("\n\n".join(message.text for message in input))
            if not isinstance(text, str):
                raise TypeError(f"the model returned {type(text).__name__}, and a text is expected")
            return model.ModelOutput.from_content(self.model_name, text)

    model.modelapi(name="kit")(FunctionAPI)
    # A model of the same name that was made before must not answer in place of this one.
    return model.get_model(f"kit/{name}", memoize=False)


def score_interval(
    log: Any, *, cluster: str | None = None, scorer: str | None = None, alpha: float = 0.05
) -> Interval:
    """Return the mean score in a log of inspect_ai, with an interval that counts what was drawn.

    The scores of several epochs are averaged for each question first: they are no further questions. With
    `cluster` the interval is Student's, with a variance of groups. Without it, it is Wilson's where each
    question is right or wrong, and Student's otherwise.

    Parameters
    ----------
    log
        An `EvalLog`, or the file of one.
    cluster
        The key in the samples' metadata that names the group of a question: its passage, patient, block.
    scorer
        Which scorer's scores, where a log holds those of several.

    Raises
    ------
    KitError
        If inspect_ai is not installed, the evaluation did not end well, a sample has no score, or the scorer
        or the key is unknown. All samples with the same trouble are named at once.

    References
    ----------
    Miller (2024), Adding error bars to evals, arXiv:2411.00640.
    """
    if isinstance(log, str | Path):
        log = _import_inspect("inspect_ai.log").read_eval_log(str(log))
    where = str(log.location or log.eval.task)
    if log.status != "success" or not log.samples:
        why = log.error.message if log.error else _("there are no samples in the log")
        raise KitError(
            _("the evaluation is no basis for a number ({status}): {why}").format(
                status=log.status, why=why
            ),
            where=where,
            fix=_("Correct the cause and evaluate again, with log_samples on"),
        )
    scorer = _choose_scorer(log, scorer, where)
    to_number = _import_inspect("inspect_ai.scorer").value_to_float()
    scores: dict[str, list[float]] = {}
    groups: dict[str, str] = {}
    unscored, ungrouped = [], []
    for sample in log.samples:
        question = str(sample.id)
        if scorer not in (sample.scores or {}):
            unscored.append(question)
            continue
        scores.setdefault(question, []).append(float(to_number(sample.scores[scorer].value)))
        if cluster is not None:
            if cluster not in sample.metadata:
                ungrouped.append(question)
            groups[question] = str(sample.metadata.get(cluster))
    if unscored:
        raise KitError(
            _("these samples have no score: {ids}").format(ids=_enumerate(unscored)),
            where=where,
            fix=_("Decide what a missing answer counts, before you see the mean, and score it so"),
        )
    if ungrouped:
        raise KitError(
            _("the metadata of these samples have no '{key}': {ids}").format(
                key=cluster, ids=_enumerate(ungrouped)
            ),
            where=where,
            fix=_("Give each Sample its group in metadata"),
        )
    means = np.array([np.mean(each) for each in scores.values()])
    if cluster is not None:
        return clustered_interval(means, [groups[question] for question in scores], alpha=alpha)
    if set(np.unique(means)) <= {0.0, 1.0}:
        return wilson_interval(int(means.sum()), means.size, alpha=alpha)
    return mean_interval(means, alpha=alpha)


def _choose_scorer(log: Any, scorer: str | None, where: str) -> str:
    names = sorted({name for sample in log.samples for name in sample.scores or {}})
    if scorer is None and len(names) == 1:
        return names[0]
    if scorer in names:
        assert scorer is not None
        return scorer
    raise KitError(
        _("the log holds the scores of {names}").format(names=", ".join(names) or _("no scorer"))
        if scorer is None
        else _("there is no scorer '{scorer}' in the log").format(scorer=scorer),
        where=where,
        fix=_("Name one of them with scorer: {names}").format(names=", ".join(names))
        if names
        else _("Give the task a scorer, and evaluate again"),
    )


def _enumerate(names: list[str], most: int = 10) -> str:
    unique = list(dict.fromkeys(names))
    return ", ".join(unique[:most]) + (" …" if len(unique) > most else "")


def _import_inspect(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as err:
        raise KitError(_("the library inspect_ai is not installed"), fix=INSTALL) from err
