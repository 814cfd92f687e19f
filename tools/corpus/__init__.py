"""Reads a folder of real messages through the profiles and says how many mean what they should."""
