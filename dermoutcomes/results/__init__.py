"""From records to results: which tasks there are, what a run of one returns, families of hypotheses, and verdicts on claims."""
