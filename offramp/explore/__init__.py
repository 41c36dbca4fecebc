"""Exploring: runs over draws, what happens in each, and what that says over all of them."""
