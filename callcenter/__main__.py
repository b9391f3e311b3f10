"""`python -m callcenter`: the command line."""

from callcenter.cli import main

main()
