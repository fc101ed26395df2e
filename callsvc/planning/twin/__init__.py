"""A day in virtual time: the very rules of the router, on a clock that jumps from event to event."""
