"""What an operator looks at: processes, servers, queues, what is stuck, incidents, settings in force."""
