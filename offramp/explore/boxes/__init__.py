"""Boxes (scenario discovery): the simplest conditions on the assumptions under which the offer fails, or holds."""
