"""How the desk and its process tell where a message ends; apart, as the server need not load what the process does."""

from __future__ import annotations

import struct

LENGTH, HEADER = struct.Struct(">I"), struct.Struct(">HI")
"""What stands before a question, its length; and before an answer, its status of HTTP and its length."""
