"""The return itself: its record, folder, device, policy and intents. Nothing here speaks to a network."""
