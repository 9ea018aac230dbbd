"""Photographs: analysed, kept while they are looked at, written out."""
