"""What X-rays do on their way from the ring to the detectors, as plain functions of numbers and arrays."""
