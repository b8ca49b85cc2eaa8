"""What commands share about plugins: choice, questions to them, a plugin file as an argument."""
