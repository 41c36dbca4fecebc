"""Who may come in, and what each may do: people, passwords, sessions, tokens, roles, limits on asking."""
