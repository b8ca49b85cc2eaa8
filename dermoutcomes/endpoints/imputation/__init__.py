"""Missing values of an endpoint: which may be filled, by what, and the draws of a multiple imputation."""
