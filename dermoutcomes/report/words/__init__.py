"""Sentences of a report that do not hang on one result: citations, losses, statistics, what is always said."""
