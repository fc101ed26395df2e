"""The carrier behind one port; the only place that knows the vendor's SDK, words and markup."""
