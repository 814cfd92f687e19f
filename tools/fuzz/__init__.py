"""Damaged messages for every codec and profile: ``make fuzz``.

Whatever the bytes, the connector has an answer of a known kind: facts, nothing to record, codes
that are not mapped, the carrier's own error, or a refusal with a class. Everything else, and an
answer that takes too long or too much memory, is a finding.
"""
