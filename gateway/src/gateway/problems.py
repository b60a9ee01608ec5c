"""The gateway's own problem codes in English and Persian."""

from __future__ import annotations

from hamdel.http import catalogue

__all__ = ["register"]


def register() -> None:
    """Adds the titles to the catalogue; safe to repeat."""
    catalogue.add_titles(
        {
            "bad-sequence": ("Hamdel-Min-Sequence is not valid", "سرآیند Hamdel-Min-Sequence معتبر نیست"),
            "bad-path": ("The path is not valid", "نشانی معتبر نیست"),
            "bad-length": ("Content-Length is not valid", "سرآیند Content-Length معتبر نیست"),
            "unknown-path": ("Not found", "پیدا نشد"),
            "customer-unavailable": (
                "The customer cannot be shown at the moment",
                "نمایش این مشتری فعلاً ممکن نیست",
            ),
            "service-unavailable": ("A service cannot be reached", "یکی از سرویس‌ها در دسترس نیست"),
            "service-timeout": ("A service did not answer in time", "یکی از سرویس‌ها به‌موقع پاسخ نداد"),
        }
    )
