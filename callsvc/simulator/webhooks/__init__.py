"""What the carrier posts to the service: the parameters, the signature, the time-outs and the retries."""
