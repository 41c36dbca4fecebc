"""Two scenarios or two runs compared: what changed, what it did to the answer, and how much each edit explains."""
