"""Published versions of IVR flows and the sessions that run them."""
