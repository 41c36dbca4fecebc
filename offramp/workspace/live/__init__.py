"""The desk: quick answers from a process of its own; the map of moves and what each assumption rests on.

The server asks (:mod:`.desk`), a process answers (:mod:`.servant`): it keeps scenarios compiled (:mod:`.shelf`) and
solves them anew for each question (:mod:`.asked`, :mod:`.further`, :mod:`.drawn`).
"""
