"""Finding what was said: the words of all texts, folded the same way in rows and in questions."""
