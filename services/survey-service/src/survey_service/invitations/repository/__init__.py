"""Every statement on invitations, tokens and links."""
