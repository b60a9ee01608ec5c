"""`hamdel import purchases`: a file of purchases into a running gateway, safe to repeat."""
