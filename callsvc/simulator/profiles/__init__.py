"""How compatible carriers differ from the one whose interface they copy."""
