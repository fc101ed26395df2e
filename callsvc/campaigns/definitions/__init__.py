"""The parts of a campaign's file, one module each; ``campaigns.definition`` is the file as a whole."""
