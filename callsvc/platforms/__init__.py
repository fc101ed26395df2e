"""Regions, platforms, pools, and the agreements by which they help one another."""
