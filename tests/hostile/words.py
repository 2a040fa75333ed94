"""Names and notes that try to be something else: markup, code, terminal commands, formulas."""

from __future__ import annotations

#: One line each; accepted as the name of a person, lesion or site.
NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></bdi></td><iframe src=//192.0.2.1>",
    "&lt;b&gt; &amp; &#60;",
    "![x](https://192.0.2.1/a.png)",
    "[a](javascript:alert(1)) **b** _c_ `d` # e",
    ":red[x] :material/home: $\\LaTeX$ ~~x~~",
    '#image("/etc/passwd") #eval("1") #include "x"',
    "#{sys.version} #[*b*] $x$ @label <label> \\ = h",
    "\\u{1F600} \\n \\x1b[31m %s {0} {person}",
    '=HYPERLINK("http://192.0.2.1","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "C:\\Windows\\CON.pdf",
    "'; DROP TABLE observation; --",
    "admin\u202egnp.exe",
    "\u2067\u2066 isolated",
    "ab\u200bc\ufeffd",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f" * 8,
    "\U0001f469\u200d\U0001f52c",
    "null",
    "NaN",
    "-",
    ".",
    "'" * 199,
    "W" * 200,
)
#: Refused, with a sentence.
NOT_NAMES = ("", "   ", "a\x00b", "a\x1b[2Jb", "a\nb", "a\u2028b", "\ud800", "x" * 201, "\x9b31m")
#: Accepted as notes beside the names.
NOTES = ("line one\nline two\r\n\tthree", "x" * 20_000, "# head\n- item\n\n    code\n---\n> quote")
