"""What the horizon does: the first round with one round left, with two, and so on."""
