"""Questions about one installation; ``callsvc doctor`` asks them, and so does the operations page."""
