"""From somebody's folder to a study file: what the files say, and what they leave open."""
