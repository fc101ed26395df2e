"""From an agent's yes to the last word on the conversation: rings, meets, hands on, listens, wraps up."""
