"""The vendor's REST interface, version 2010-04-01: one resource per file."""
