"""Observed moves: what was seen to happen says something about the assumptions, by Bayes over the draws."""
