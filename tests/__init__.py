"""Tests of loader, dbt project and sandbox, together as users run them."""
