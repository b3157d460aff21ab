"""Memory: what a network needs in training and at inference, and where it goes."""
