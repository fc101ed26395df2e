"""The simulator's page: what happened, call by call, and a telephone in the browser."""
