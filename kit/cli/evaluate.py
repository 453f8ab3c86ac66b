"""`kit evaluate`: make the card of a model in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kit.errors import KitError
from kit.i18n import gettext as _

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("model", type=FILE)
@click.argument("table", type=FILE)
@click.option("--target", required=True, metavar="COLUMN", help="The column of the true class.")
@click.option("--calibration", type=FILE, help="Other rows that the model has never seen.")
@click.option("--train", type=FILE, help="The rows that the model was fitted on.")
@click.option(
    "--refit",
    is_flag=True,
    help="Fit the model again 16 times, to look harder for rows that it remembers; needs --train.",
)
@click.option("--clusters", metavar="COLUMN", help="The group of rows that belong together.")
@click.option("--sensitive", metavar="COLUMN", help="The group of people or things to compare.")
@click.option("--linf", metavar="SIZES", help="Sizes of an attack, such as 0.05,0.1; needs --clip.")
@click.option("--clip", metavar="LOW,HIGH", help="The range of the inputs, such as 0,1.")
@click.option(
    "--queries", default=200, show_default=True, help="Questions of the attack for a row."
)
@click.option(
    "--output",
    type=FILE,
    help="Where to write: .html, .md or .json. By default the model's name with .html.",
)
@click.option("--compare", "other", type=FILE, help="Another card (JSON) of the same test rows.")
@click.option("--lang", type=click.Choice(["en", "fr", "es"]), default="en", show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--budget", type=float, metavar="SECONDS", help="Start no further measure after this."
)
@click.option("--trust", multiple=True, metavar="TYPE", help="A type in the model that you know.")
def evaluate(
    model: Path,
    table: Path,
    target: str,
    calibration: Path | None,
    train: Path | None,
    refit: bool,
    clusters: str | None,
    sensitive: str | None,
    linf: str | None,
    clip: str | None,
    queries: int,
    output: Path | None,
    other: Path | None,
    lang: str,
    seed: int,
    budget: float | None,
    trust: tuple[str, ...],
) -> None:
    """Make the card of the MODEL in a skops file, tried on the rows of a CSV TABLE.

    The JSON of the card is written next to the page, for later comparisons. Pickles are refused: loading one
    runs whatever its author put there.

    \b
    Examples:
      kit evaluate model.skops test.csv --target species
      kit evaluate model.skops test.csv --target y --train train.csv --calibration other.csv
      kit evaluate model.skops test.csv --target y --linf 0.05,0.1 --clip 0,1 --lang es
      kit evaluate new.skops test.csv --target y --compare old.json
    """
    from kit.evaluation.card import Card
    from kit.evaluation.evaluation import evaluate as make_card
    from kit.evaluation.files import load_model, load_table

    loaded = load_model(model, trusted=trust)
    before = None if other is None else Card.from_json(other)
    names = getattr(loaded, "feature_names_in_", None)
    features = None if names is None else [str(name) for name in names]
    rows = load_table(
        table, target=target, features=features, clusters=clusters, sensitive=sensitive
    )

    def more(path: Path | None) -> tuple[Any, Any] | None:
        if path is None:
            return None
        part = load_table(path, target=target, features=list(rows.features.columns))
        return part.features, part.labels

    card = make_card(
        loaded,
        test=(rows.features, rows.labels),
        calibration=more(calibration),
        train=more(train),
        refit="clone" if refit else None,
        clusters=rows.clusters,
        sensitive=rows.sensitive,
        threats=_threats(linf, clip, queries),
        name=model.stem,
        seed=seed,
        budget_s=budget,
        progress=True,
    )
    path = output or model.with_suffix(".html")
    if path.suffix == ".md":
        card.to_markdown(path, lang=lang)
    elif path.suffix != ".json":
        card.to_html(path, lang=lang)
    card.to_json(path.with_suffix(".json"))
    for row in card.alarms:
        if row.alarm is not None:
            click.echo(click.style(_("alarm: "), fg="red", bold=True) + row.alarm.render(lang))
    if before is not None:
        click.echo(str(card.compare(before)))
    click.echo(str(path))


def _threats(linf: str | None, clip: str | None, queries: int) -> list[Any] | None:
    from kit.evaluation.threats import Corruptions, Linf, Patch

    if linf is None:
        return None
    if clip is None:
        raise KitError(
            _("--linf needs --clip: a size says nothing without the range of the inputs"),
            fix=_("Add for example --clip 0,1"),
        )
    sizes, ends = _numbers(linf, "--linf"), _numbers(clip, "--clip")
    if len(ends) != 2:
        raise KitError(_("--clip takes two numbers, such as 0,1"))
    # A model from scikit-learn gives no gradient here, so the attacker asks.
    attack = Linf(eps=sizes, clip=(ends[0], ends[1]), access="black-box", queries=queries)
    return [attack, Corruptions(clip=(ends[0], ends[1])), Patch()]


def _numbers(text: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as err:
        raise KitError(
            _("{option} takes numbers with commas between them, and not '{text}'").format(
                option=option, text=text
            )
        ) from err
