"""What people say to each other: comments, mentions, activity, the digest."""
