"""What breaks an offer: each party's temptation to deviate, who gains from a leak, what each guarantee buys."""
