"""When which call is placed: one question, pacing, claims, doubt, retries, sweepers."""
