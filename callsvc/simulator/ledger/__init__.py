"""The carrier's books: what truly happened, kept in SQLite so that a killed carrier knows it afterwards."""
