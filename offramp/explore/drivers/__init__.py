"""What drives an answer: global sensitivity to every assumption, told apart from noise."""
