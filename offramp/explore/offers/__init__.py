"""All offers compared: which are made, accepted and kept, which is best for whom, and what each term adds."""
