"""Two texts that come from one are joined: by lines, then by the values of the scenario where lines clash."""
