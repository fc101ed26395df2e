"""Text messages, in and out."""
