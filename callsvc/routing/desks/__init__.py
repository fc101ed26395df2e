"""What desks and supervisors' floors see and ask, and what agents say they are doing."""
