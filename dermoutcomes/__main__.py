"""`python -m dermoutcomes`: the command line, for where the script is not on the path."""

from dermoutcomes.cli import main

main(prog_name="dermoutcomes")
