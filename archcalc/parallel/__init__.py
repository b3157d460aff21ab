"""Many devices: networks of them, what a split has each of them hold, do and send, and schedules of pipelines."""
