"""What comes after: a Markov chain over states of the world, and the indicators that follow it."""
