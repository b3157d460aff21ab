# The tasks of the project; `just` lists them. Each line runs by hand as well.

python := if path_exists(".venv/bin/python") == "true" { ".venv/bin/python" } else { "python3" }

_default:
    @just --list

# Make the virtual environment that the other tasks use.
setup:
    python3 -m venv .venv
    .venv/bin/pip install -e '.[dev]'

# What CI runs.
check: lint types test

# Style.
lint:
    {{python}} -m ruff check .

# Types.
types:
    {{python}} -m mypy

# Tests, with the coverage they must reach.
test *args:
    {{python}} -m pytest {{args}}

# Tests of what needs an optional extra: pip install -e '.[dev,cluster]' first.
extras:
    {{python}} -m pytest -m extra

# Tests with coverage of lines and branches.
cover:
    {{python}} -m pytest --cov --cov-report=term-missing:skip-covered --cov-fail-under=95

# Write the files that are derived from the code.
docs:
    {{python}} -m archcalc schema > archcalc/schema.json
    PYTHONPATH=. {{python}} tests/helpers/readme_examples.py

# How long it takes, against a bare interpreter; never part of the tests.
bench:
    PYTHONPATH=tests/helpers {{python}} tests/benchmarks/speed.py

# How many points of a design space a second, as ratios to one by one.
bench-explore:
    PYTHONPATH=tests/helpers {{python}} tests/benchmarks/explore.py

# How well the bound ranks measured backbones, and how much of it they reach.
ranks:
    PYTHONPATH=tests/helpers {{python}} tests/benchmarks/ranks.py
