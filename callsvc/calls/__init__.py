"""Calls and their legs: placed, in doubt, settled, joined in conferences, ended."""
