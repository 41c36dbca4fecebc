"""Answers while one waits: a desk that keeps compiled scenarios warm in a process of its own."""
