"""Points given or taken by hand: with a reason, within a limit, else with four eyes."""
