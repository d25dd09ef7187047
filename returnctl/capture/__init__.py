"""The phone as camera: a page on the local network that takes pictures in and judges them on this machine."""
