"""Cases, people to reach, their numbers, what they refused, and the lists they come from."""
