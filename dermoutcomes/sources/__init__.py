"""From the files of a study to its tables: every number parsed once, every cell that cannot be read a finding with its place."""
