"""The simulated people: who they are, what they do on the line and what they do afterwards."""
