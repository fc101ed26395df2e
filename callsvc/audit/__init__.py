"""Our promises checked from the carrier's own books, and the seal of the access log."""
