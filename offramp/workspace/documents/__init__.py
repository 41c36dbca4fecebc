"""Documents that scenarios rest on: uploads into the ledger, passages and suggestions."""
