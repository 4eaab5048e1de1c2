"""Writes the report: one page of charts that shows what the marts hold."""
