"""One file a step: options to Result. No Click and no printing here; batches call these too."""
