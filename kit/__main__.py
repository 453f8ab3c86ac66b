"""Run the command `kit` as ``python -m kit``."""

from kit.cli import main

main()
