"""Text messages: sending, delivery, replies and the words that block a pair of numbers."""
