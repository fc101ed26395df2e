"""Work in the queue that is no call: callbacks, SMS conversations, preview tasks."""
