"""How much a command behind the walls may use, and what is said when it uses more."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """What a command and everything that it starts may use together.

    Parameters
    ----------
    wall_seconds
        From the start to the end, by the clock.
    cpu_seconds
        Processor time of all processes together.
    memory_mb
        Memory of all processes together, files in memory included, in megabytes (10⁶ bytes).
    processes
        Processes and threads at one moment.
    file_mb
        The longest single file.
    disk_mb
        Everything that is written: working directory, home, temporary files and shared memory.
    files
        How many files and folders there may be.
    output_mb
        What may be written to standard output and standard error together.
    open_files
        Open files of one process.

    Examples
    --------
    >>> Limits(wall_seconds=10).memory_mb
    2048
    >>> Limits(memory_mb=0)
    Traceback (most recent call last):
    ...
    ValueError: limits are positive numbers: memory_mb=0
    """

    wall_seconds: float = 120
    cpu_seconds: float = 120
    memory_mb: int = 2048
    processes: int = 128
    file_mb: int = 256
    disk_mb: int = 512
    files: int = 10_000
    output_mb: float = 20
    open_files: int = 1024

    def __post_init__(self) -> None:
        wrong = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), bool)
            or not isinstance(value, int | float)
            or not 0 < value < float("inf")
        ]
        if wrong:
            raise ValueError(f"limits are positive numbers: {', '.join(wrong)}")


@dataclass(frozen=True)
class LimitHit:
    """A limit that was reached.

    Parameters
    ----------
    name
        Which one, as in `Limits`, without the unit: ``wall``, ``cpu``, ``memory``, ``processes``, ``file``,
        ``disk``, ``files`` or ``output``.
    limit
        Its value, in the unit of `Limits`.
    fatal
        Whether everything was ended for it. A full disk or a refused process is not fatal: the code that
        asked gets an error and goes on.
    """

    name: str
    limit: float
    fatal: bool

    def __str__(self) -> str:
        """Say it in one sentence.

        Examples
        --------
        >>> print(LimitHit("wall", 120, fatal=True))
        It was stopped: it ran for more than 120 seconds.
        """
        from kit.i18n import gettext as _

        what = {
            "wall": _("it ran for more than {n:g} seconds"),
            "cpu": _("it used more than {n:g} seconds of processor time"),
            "memory": _("it used more than {n:g} MB of memory"),
            "processes": _("it wanted more than {n:g} processes and threads"),
            "file": _("it wanted a file of more than {n:g} MB"),
            "disk": _("it wanted to write more than {n:g} MB"),
            "files": _("it wanted to make more than {n:g} files"),
            "output": _("it printed more than {n:g} MB"),
        }[self.name].format(n=self.limit)
        if self.fatal:
            return _("It was stopped: {reason}.").format(reason=what)
        return _("It reached a limit: {reason}.").format(reason=what)
