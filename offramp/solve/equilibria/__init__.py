"""Several equilibria of one game: a probe from many starts, and all of them where the game is small."""
