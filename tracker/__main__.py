"""`python -m tracker …` is `tracker …`."""

from tracker.cli import main

main()
