"""The evidence under an answer: what it rests on, what confidence that gives, and how it stands without a source."""
