"""The page behind an unsubscribe link: a question with a button, and the answer. No script, nothing from elsewhere."""

from __future__ import annotations

import html
from typing import Final

from fastapi.responses import HTMLResponse

__all__ = ["asking", "done", "unknown"]

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}

WORDS: Final = {
    "fa": {
        "title": "لغو دریافت پیام",
        "ask": "آیا می‌خواهید دیگر این گونه پیام‌ها را دریافت نکنید؟",
        "button": "دیگر نمی‌خواهم دریافت کنم",
        "done": "انجام شد. دیگر این گونه پیام‌ها برایتان فرستاده نمی‌شود.",
        "unknown": "این پیوند شناخته نشد یا دیگر اعتبار ندارد.",
    },
    "en": {
        "title": "Unsubscribe",
        "ask": "Do you want to stop receiving messages like this one?",
        "button": "Unsubscribe",
        "done": "Done. You will not receive messages like this one any more.",
        "unknown": "This link is not known, or no longer valid.",
    },
}

PAGE: Final = """<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body{{font-family:Vazirmatn,Tahoma,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;line-height:1.8}}
button{{font:inherit;padding:.5rem 1.5rem}}</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{form}</main></body>
</html>
"""

FORM: Final = '<form method="post"><button type="submit">{button}</button></form>'


def asking(language: str) -> HTMLResponse:
    """The question. Nothing has happened yet: scanners follow links, and people press buttons."""
    return _page(language, "ask", FORM.format(button=html.escape(_words(language)["button"])))


def done(language: str) -> HTMLResponse:
    """It is done."""
    return _page(language, "done")


def unknown(language: str) -> HTMLResponse:
    """404, for people."""
    return _page(language, "unknown", status=404)


def _page(language: str, what: str, form: str = "", status: int = 200) -> HTMLResponse:
    words = _words(language)
    shown = PAGE.format(
        language=language if language in WORDS else "en",
        direction="rtl" if language == "fa" else "ltr",
        title=html.escape(words["title"]),
        text=html.escape(words[what]),
        form=form,
    )
    return HTMLResponse(shown, status, HEADERS)


def _words(language: str) -> dict[str, str]:
    return WORDS.get(language, WORDS["en"])
