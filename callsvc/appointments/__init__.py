"""Appointments, their reminders, and the call beforehand that may make a visit needless."""
