"""`kit verify`: hold lessons and assignments against the rules."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--static", is_flag=True, help="Read only: execute nothing.")
def verify(paths: tuple[Path, ...], static: bool) -> None:
    """Hold lessons against the rules of the author's guide."""
    from kit.authoring.subject import lesson_paths
    from kit.authoring.verify import verify as verify_paths

    report = verify_paths([each for path in paths for each in lesson_paths(path)])
    for finding in report.findings:
        click.echo(str(finding))
    raise SystemExit(0 if report.ok else 1)
