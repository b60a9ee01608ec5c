"""Messages that leave the house: templates, the queue, the senders, and who must not be written to."""
