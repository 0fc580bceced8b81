"""Scans in flight."""
