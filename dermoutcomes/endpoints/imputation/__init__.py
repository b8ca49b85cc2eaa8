"""Missing values of an endpoint.

Which may be filled, by what, and the draws of a multiple imputation.
"""
