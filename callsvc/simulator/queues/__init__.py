"""Queues of waiting calls: who waits in which order, and who is called out."""
