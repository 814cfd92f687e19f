"""Requests that no carrier would send."""
