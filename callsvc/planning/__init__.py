"""Staffing, forecasts, and the twin: a day in virtual time under the real rules."""
