"""Builds the docs site: dbt's own, with a front page, diagrams and the guide."""
