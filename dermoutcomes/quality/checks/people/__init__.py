"""Subjects: their arms, strata and deaths, and people who stand under two names."""
