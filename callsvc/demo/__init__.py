"""The demonstration: invented people, their list as a back office exports it, and agents to call them."""
