"""Every statement on rules, purchases and what these earned."""
