"""Rules on facts: what happened makes a task, a case or a message."""
