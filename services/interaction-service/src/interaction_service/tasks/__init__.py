"""Follow-up tasks: due dates, reminders, recurrence."""
