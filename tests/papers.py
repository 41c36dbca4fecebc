"""Documents for the tests of sources: honest ones, and hostile ones that are built here and lie nowhere."""

from __future__ import annotations

import zlib

STORY = (
    "The ruler is said to be in talks about leaving the country. The army has not spoken so far.",
    "He may accept an amnesty if the court keeps out of it, potentially in exchange for an end to sanctions.",
    "The opposition has demanded accountability for years, and some of its leaders may see a pardon as a betrayal.",
    "Other rulers in the region are watching the talks closely, as are the patrons of the government abroad.",
)


def pdf(content: bytes, filters: bytes = b"") -> bytes:
    """A PDF of one page with this content stream."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d %s >>\nstream\n" % (len(content), filters) + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    whole, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    return whole + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def lines(*texts: str) -> bytes:
    """A content stream that shows each text on a line of its own."""
    shown = b" 0 -14 Td ".join(b"(%s) Tj" % text.encode("latin-1") for text in texts)
    return b"BT /F1 12 Tf 72 720 Td " + shown + b" ET"


def packed(content: bytes, times: int = 1) -> bytes:
    """A PDF whose content is deflated once or several times over."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    return pdf(content, b"/Filter [" + b"/FlateDecode " * times + b"]")


def page(*paragraphs: str, head: str = "", script: str = "") -> bytes:
    """A page with an article of these paragraphs between a menu and a footer."""
    body = "".join(f"<p>{text}</p>{script}" for text in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><title>Talks go on</title>{head}</head><body><nav><a href='/'>Home</a> "
        f"<a href='/news'>News</a></nav><article><h1>Talks go on</h1>{body}</article><footer>All rights</footer>"
        "</body></html>"
    ).encode()
