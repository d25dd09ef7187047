"""Many returns in one call: rows in, an engine, a report out. The steps are those of the commands."""
