"""What a programme owes its members, in points."""
