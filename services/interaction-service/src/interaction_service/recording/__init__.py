"""What recording one touchpoint or a thousand has in common, whatever their kind."""
