"""A spec and its vars become layers with shapes. Knows no convention and no bytes."""
