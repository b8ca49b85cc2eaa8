"""From records to results.

The records that a task gets, its run, pooling over imputations, and the rules that rows are held
to.
"""
