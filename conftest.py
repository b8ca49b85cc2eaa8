"""Property tests: the same examples in every run, unless `--hypothesis-profile=fuzz` asks for new ones and more of them.

A conftest.py at the root holds for the tests of the core, of the plugins and of the examples, and is loaded before any of them.
"""

from __future__ import annotations

from hypothesis import settings

# No database: what an earlier run came upon would be tried again, and two runs would differ.
settings.register_profile("steady", deadline=None, derandomize=True, database=None)
# Failing examples are kept in .hypothesis and tried first in the next run; the blob repeats one elsewhere.
settings.register_profile("fuzz", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("steady")
