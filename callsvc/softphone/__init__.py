"""What an agent speaks through: the simulated line, the voice SDK in the browser, or their own telephone."""
