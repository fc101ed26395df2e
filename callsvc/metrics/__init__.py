"""Call-volume figures, each defined once, rolled up from facts."""
