"""Answers in a notebook."""

import html

_STYLE = "font-family: monospace; white-space: pre; line-height: 1.25"


def of(answer):
    """The table, or the painted text, and the picture where the answer has one."""
    names = list(answer.files)
    page = next((name for name in names if name.endswith(".html")), None)
    if page is not None:
        content = answer.files[page].decode("utf-8", "replace")
        return f'<iframe srcdoc="{html.escape(content)}" style="width: 100%; height: 24em; border: 0"></iframe>'
    text = f'<div style="{_STYLE}">{html.escape(str(answer))}</div>'
    picture = next((name for name in names if name.endswith(".svg")), None)
    if picture is not None:
        content = answer.files[picture].decode("utf-8", "replace")
        text += content[content.index("<svg") :]
    return text
