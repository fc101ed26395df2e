"""Cases: an interview that names its contacts, and a case handed over to the regional authority."""
