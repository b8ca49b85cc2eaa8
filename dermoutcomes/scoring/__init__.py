"""Forms → scores, exactly: what a scale's form says, done with whole numbers and fractions."""
