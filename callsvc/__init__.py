"""Call automation for public-health call platforms: see docs/ for the words, README.md for the way in."""
