"""What every Hamdel service shares. No business words live here, outside `contracts`."""
