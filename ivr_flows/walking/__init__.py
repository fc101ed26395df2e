"""A call played in the terminal: what the person hears, and what they would press."""
