"""`python -m tracker.cli` is `moletrail`."""

from tracker.cli.main import main

main()
