"""The sections of a report: a module a section."""
