"""What to find out next: what knowing each assumption would be worth, crossed with how well it is known."""
