# Recipes for developers; `just` lists them.

default:
    @just --list

# The environment that the tests run in.
setup:
    python3 -m venv .venv
    .venv/bin/pip install -c constraints.txt -e '.[test,lint]'

test *arguments:
    .venv/bin/python -m pytest {{arguments}}

# Property tests alone, on new random examples and twenty times as many as `just test` draws.
fuzz *arguments:
    .venv/bin/python -m pytest --hypothesis-profile=fuzz -m hypothesis {{arguments}}

# Mutated inputs in whole studies for minutes or hours, with counts: `just fuzz-inputs --minutes 60`.
fuzz-inputs *arguments:
    .venv/bin/python -m tests.fuzz {{arguments}}

lint:
    .venv/bin/python -m ruff format --check .
    .venv/bin/python -m ruff check .
    .venv/bin/python -m mypy

# Schemas, help texts and catalogues are generated from the code; a test says when they are stale.
generate:
    .venv/bin/python docs/generate.py

example:
    .venv/bin/dermoutcomes run examples/bcs_trial/study.toml

# Where R is installed: evaluates the reference cases' own calls anew.
reference *methods:
    .venv/bin/python tests/reference/recompute.py {{methods}}

# What a quality department asks for, on this installation.
qualify:
    .venv/bin/dermoutcomes qualify

# requirements.txt with hashes and the bill of materials, written anew.
materials:
    .venv/bin/pip install -c constraints.txt -e '.[supply]'
    .venv/bin/python .ci/materials.py

# The lowest versions that pyproject.toml allows, in an environment of their own, with a short set of tests.
lowest folder:
    .venv/bin/pip install -c constraints.txt -e '.[supply]'
    .venv/bin/python .ci/materials.py lowest {{folder}}

bench:
    .venv/bin/pip install -c constraints.txt -e '.[bench]'
    .venv/bin/python benchmarks/run.py

# Plants small faults in a copy of the program and tells which of them the tests see; `just mutants --help`.
mutants *arguments:
    .venv/bin/python -m tests.mutants {{arguments}}

ci:
    bash .ci/run
