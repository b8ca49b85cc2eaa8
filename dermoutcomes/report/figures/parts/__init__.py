"""What figures share: the theme, layers, axes of visits, looks of arms, and words.

A Vega-Lite encoding or layer each. Widths are in pixels of 1/96 inch.
"""
