"""Who takes a waiting call: queues, offers, mutual aid and the reasons for each decision."""
