"""Wiring: routers, policy, section and subscriptions make profile-service."""

from __future__ import annotations

from hamdel.http import ServiceDefinition
from hamdel.http.catalogue import add_titles
from profile_service.attribute_schema.routes import router as attribute_schema
from profile_service.attributes.routes import internal as attributes
from profile_service.birthdays.routes import internal as birthdays
from profile_service.consents.routes import router as consents
from profile_service.contacts.routes import internal as contacts
from profile_service.customers.routes import internal
from profile_service.customers.routes import router as customers
from profile_service.duplicates.background import search_duplicates
from profile_service.duplicates.routes import router as duplicates
from profile_service.history.routes import router as history
from profile_service.identifiers.routes import router as identifiers
from profile_service.identifiers.routes import types as identifier_types
from profile_service.identifiers.upkeep import renew_identifiers
from profile_service.memberships.routes import router as memberships
from profile_service.merges.routes import router as merges
from profile_service.policy import POLICY
from profile_service.search.indexing import refill
from profile_service.search.routes import router as search
from profile_service.section import ProfileSection
from profile_service.subscriptions import SUBSCRIPTIONS

__all__ = ["definition"]

TITLES = {
    "unknown-duplicate": ("There is no such suggestion", "چنین پیشنهادی وجود ندارد"),
    "unknown-scan": ("There is no such scan", "چنین جست‌وجویی وجود ندارد"),
    "identifier-taken": ("The identifier belongs to another customer", "این شناسه از آنِ مشتری دیگری است"),
    "unknown-confirmation": ("There is no such confirmation", "چنین تأییدی در جریان نیست"),
    "confirmation-closed": ("The confirmation is no longer open", "این تأیید دیگر باز نیست"),
    "confirmation-expired": ("The confirmation has expired", "مهلت تأیید به پایان رسیده است"),
    "too-many-consents": ("Too many purposes and channels", "شمار هدف‌ها و راه‌های ارتباط بیش از اندازه است"),
    "customer-archived": ("The customer is archived", "مشتری بایگانی شده است"),
    "invalid-code": ("The customer code is not valid", "کد مشتری درست نیست"),
    "no-attribute-schema": ("No attribute schema is set", "الگویی برای ویژگی‌ها تعیین نشده است"),
    "not-a-person": ("Only a person can be a member", "تنها شخص می‌تواند عضو باشد"),
    "not-an-organization": ("Only an organization has members", "تنها سازمان عضو دارد"),
    "has-memberships": ("The customer has memberships", "مشتری عضویت یا عضو دارد"),
    "too-many-memberships": ("The person has too many memberships", "شمار عضویت‌های شخص بیش از اندازه است"),
    "unknown-membership": ("There is no such membership", "چنین عضویتی وجود ندارد"),
    "unknown-change": ("There is no such change", "چنین تغییری در تاریخچه نیست"),
    "not-restorable": ("The field cannot be restored", "این فیلد از تاریخچه بازگردانده نمی‌شود"),
    "invalid-identifier": ("The identifier is not valid", "شناسه معتبر نیست"),
    "ambiguous-identifier": ("Several customers share the identifier", "این شناسه میان چند مشتری مشترک است"),
    "too-many-identifiers": ("Too many identifiers of the type", "شمار شناسه‌های این نوع بیش از اندازه است"),
    "self-merge": ("A customer cannot be merged with itself", "مشتری را نمی‌توان با خودش یکی کرد"),
    "already-merged": ("One of the customers is merged already", "یکی از این مشتریان پیش‌تر با دیگری یکی شده است"),
    "identifier-conflict": ("They cannot be one customer", "این دو نمی‌توانند یک مشتری باشند"),
    "unknown-merge": ("There is no such merge", "چنین ادغامی وجود ندارد"),
    "unknown-identifier": ("The customer has no such identifier", "این مشتری چنین شناسه‌ای ندارد"),
}


def definition() -> ServiceDefinition:
    """Everything the application of profile-service is made of."""
    add_titles(TITLES)
    return ServiceDefinition(
        service="profile-service",
        short="profile",
        title="Hamdel profiles",
        routers=(
            customers,
            identifiers,
            identifier_types,
            consents,
            memberships,
            merges,
            history,
            attribute_schema,
            search,
            duplicates,
            internal,
            contacts,
            attributes,
            birthdays,
        ),
        policy=POLICY,
        renderer=ProfileSection(),
        subscriptions=SUBSCRIPTIONS,
        background=(renew_identifiers, refill, search_duplicates),
    )
