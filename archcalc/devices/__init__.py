"""Published limits of devices: names, or YAML files, become devices."""
