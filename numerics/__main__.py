"""``python -m numerics``: the command line, in whatever environment is at hand."""

from numerics.cli import main

main()
