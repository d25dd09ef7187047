"""One file a command: its options, one call, done."""
