"""People in the console and the API: searched for, and everything that happened with each of them."""
