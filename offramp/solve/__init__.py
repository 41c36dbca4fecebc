"""Solving: from a game's structure and its draws to certified equilibria. Knows nothing of YAML or of parties."""
