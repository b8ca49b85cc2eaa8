"""What every analysis needs: sums in one order, the columns of a model."""
