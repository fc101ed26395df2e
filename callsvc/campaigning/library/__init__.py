"""Templates of campaigns: what the wizard offers to begin with."""
