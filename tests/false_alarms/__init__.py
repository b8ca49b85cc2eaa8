"""How often the checks that judge by chance tell of studies without a fault, and how often of one
that was planted.
"""
