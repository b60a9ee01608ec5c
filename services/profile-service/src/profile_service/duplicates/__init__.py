"""Suggestions of duplicates: pairs of customers that are probably one, found by record linkage, judged by people."""
