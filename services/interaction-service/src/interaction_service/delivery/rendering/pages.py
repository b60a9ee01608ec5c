"""The finished texts of a message: plain text always, HTML that reads from the right side for e-mail."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final

from interaction_service.delivery.rendering.filling import RTL

__all__ = ["Rendered", "finished"]

LINK: Final = re.compile(r"https?://[^\s<>\"']+")

UNSUBSCRIBE: Final = {"fa": "لغو دریافت این پیام‌ها", "en": "Unsubscribe from these messages"}

PAGE: Final = """<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body dir="{direction}" style="text-align: {side}; font-family: Vazirmatn, Tahoma, sans-serif; line-height: 1.7">
{body}
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it leaves. `subject` is one line; `body_html` is a whole page, for e-mail alone."""

    language: str
    subject: str | None
    body_text: str
    body_html: str | None = None


def finished(
    language: str,
    subject: str | None,
    body_text: str,
    body_html: str | None,
    *,
    email: bool,
    unsubscribe_url: str | None = None,
) -> Rendered:
    """The texts with everything around them: an e-mail gets a page (made of the text where there is no HTML) and, when
    there is an address for it that the texts do not show already, a link to unsubscribe."""
    title = " ".join(subject.split()) if subject else subject
    if not email:
        return Rendered(language, title, body_text)
    inside = body_html if body_html is not None else _paragraphs(body_text)
    if unsubscribe_url:
        words = UNSUBSCRIBE.get(language, UNSUBSCRIBE["en"])
        address = html.escape(unsubscribe_url)
        if unsubscribe_url not in body_text:
            body_text = f"{body_text.rstrip()}\n\n-- \n{words}:\n{unsubscribe_url}\n"
        if address not in inside:
            inside += f'\n<p style="font-size: smaller"><a href="{address}">{words}</a></p>'
    return Rendered(language, title, body_text, _page(language, title or "", inside))


def _page(language: str, title: str, body: str) -> str:
    rtl = language in RTL
    return PAGE.format(
        language=language,
        direction="rtl" if rtl else "ltr",
        side="right" if rtl else "left",
        title=html.escape(title),
        body=body,
    )


def _paragraphs(text: str) -> str:
    parts = [part for part in re.split(r"\n\s*\n", text.strip()) if part]
    return "\n".join(f"<p>{_linked(part)}</p>" for part in parts)


def _linked(text: str) -> str:
    found, at = [], 0
    for match in LINK.finditer(text):
        address = html.escape(match[0])
        found += [html.escape(text[at : match.start()]), f'<a href="{address}" dir="ltr">{address}</a>']
        at = match.end()
    return "".join([*found, html.escape(text[at:])]).replace("\n", "<br>\n")
