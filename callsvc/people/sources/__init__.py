"""Where the entries of a timeline come from: one module for each kind of thing that happens."""
