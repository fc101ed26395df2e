"""Telephone calls: their records, their life on the line, their conferences and their status callbacks."""
