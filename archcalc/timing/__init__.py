"""The least seconds of layers on a device, rates, and energy. The first room with floats."""
