"""Telling: likelihood words, screens and JSON documents. Computes nothing."""
