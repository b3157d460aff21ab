"""What the declarations of layer types are made of."""
