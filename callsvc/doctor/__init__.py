"""``callsvc doctor``: one question after the other about this installation, with advice where one fails."""
