"""The generator of the BCS example: every value of this study is simulated."""
