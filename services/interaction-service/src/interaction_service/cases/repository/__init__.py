"""Every statement on cases: the case itself, what happens in it, and what it hangs together with."""
