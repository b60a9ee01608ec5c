"""profile-service: who a customer is, under which identifiers it is known, and what has changed when."""
