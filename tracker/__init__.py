"""Moletrail: a local-first diary that measures change in photos of skin lesions."""

__version__ = "0.1.0"
