"""What follows: where the aftermath stands year by year, with the offer and without, and the indicators' fans."""
