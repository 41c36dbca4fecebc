"""Tipping points: the value of one assumption at which an answer flips, with an interval over the other assumptions."""
