"""Recordings of calls, conferences and voicemail: silence of the right length, told as the vendor tells."""
