"""The words of the field as types: values only, no arrays computed, no files, no database."""
