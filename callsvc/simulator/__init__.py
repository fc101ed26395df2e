"""The embedded carrier: a Twilio-compatible telephone company in one process.

It answers the vendor's REST interface over real HTTP, runs TwiML, posts signed webhooks and holds the
simulated people who pick up, press keys, hang up and text STOP. It imports nothing of the service it
serves, so that a mistake in the service cannot be repeated here and thereby hidden.
"""
