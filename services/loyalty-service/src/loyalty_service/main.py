"""Wiring only: what loyalty-service is made of."""

from __future__ import annotations

from typing import Final

from hamdel.customers import customer_directory
from hamdel.http import ServiceDefinition
from hamdel.http.catalogue import add_titles
from loyalty_service.adjustments.routes import of_member as member_adjustments
from loyalty_service.adjustments.routes import router as adjustments
from loyalty_service.earning.routes import quotes
from loyalty_service.earning.routes import router as earning_rules
from loyalty_service.enrolment.background import enrol_everybody
from loyalty_service.enrolment.cards.registrar import register_cards
from loyalty_service.enrolment.routes import router as enrolment
from loyalty_service.ledger.background import sweep_points
from loyalty_service.ledger.routes import internal as ledger
from loyalty_service.liability.routes import router as liability
from loyalty_service.members.routes import router as members
from loyalty_service.occasions.birthdays import grant_birthdays
from loyalty_service.policy import POLICY
from loyalty_service.programs.routes import router as programs
from loyalty_service.redemptions.background import release_timed_out
from loyalty_service.redemptions.routes import router as redemptions
from loyalty_service.rewards.routes import router as rewards
from loyalty_service.section import LoyaltySection
from loyalty_service.subscriptions import SUBSCRIPTIONS
from loyalty_service.tiers.background import settle_tiers
from loyalty_service.tiers.routes import of_member as tier_floors
from loyalty_service.tiers.routes import router as tiers
from loyalty_service.vouchers.routes import router as vouchers

__all__ = ["definition"]

TITLES: Final = {
    "unknown-program": ("There is no such programme", "چنین باشگاهی وجود ندارد"),
    "program-exists": ("The programme's code is taken", "باشگاهی با این کد هست"),
    "unknown-earning-rule": ("There is no such earning rule", "چنین قاعدهٔ امتیازی وجود ندارد"),
    "not-a-member": ("The customer is not a member", "این مشتری عضو باشگاه نیست"),
    "no-cards": ("The programme has no cards", "این باشگاه کارت ندارد"),
    "too-many-cards": ("The customer has too many cards", "شمار کارت‌های مشتری بیش از اندازه است"),
    "no-card-numbers": ("No card number is free", "شمارهٔ کارت آزادی نمانده است"),
    "earning-rule-exists": ("The earning rule's code is taken", "قاعدهٔ امتیازی با این کد هست"),
    "insufficient-points": ("There are not enough points", "امتیاز کافی نیست"),
    "unknown-adjustment": ("There is no such adjustment", "چنین اصلاحی وجود ندارد"),
    "adjustment-decided": ("The adjustment waits for nobody", "این اصلاح در انتظار تصمیم کسی نیست"),
    "four-eyes": ("Another person has to decide", "شخص دیگری باید تصمیم بگیرد"),
    "approval-limit": ("So many points are above the limit of this role", "این مقدار امتیاز بیش از سقف این نقش است"),
    "unknown-reward": ("There is no such reward", "چنین پاداشی وجود ندارد"),
    "reward-exists": ("The reward's code is taken", "پاداشی با این کد هست"),
    "reward-not-available": ("The reward cannot be had now", "این پاداش اکنون در دسترس نیست"),
    "out-of-stock": ("Nothing is left of this reward", "موجودی این پاداش تمام شده است"),
    "limit-reached": ("The member has had this often enough", "سهم این عضو از این پاداش تمام شده است"),
    "order-redeemed": ("This order has redeemed something else", "این سفارش برای چیز دیگری امتیاز خرج کرده است"),
    "unknown-redemption": ("There is no such redemption", "چنین خرج امتیازی وجود ندارد"),
    "redemption-released": ("The points were given back", "امتیازها بازگردانده شده‌اند"),
    "no-tiers": ("The programme has no tiers", "این باشگاه سطحی ندارد"),
    "no-tier-floor": ("The customer has no floor in this programme", "برای این مشتری کف سطحی تعیین نشده است"),
    "unknown-voucher": ("There is no such voucher", "چنین بنی وجود ندارد"),
    "voucher-used": ("The voucher has been used", "این بن پیش‌تر به کار رفته است"),
    "voucher-expired": ("The voucher has expired", "اعتبار این بن به پایان رسیده است"),
    "voucher-void": ("The voucher was taken back", "این بن باطل شده است"),
}
"""The words of this service's own problems, in English and Persian."""


def definition() -> ServiceDefinition:
    """The service without settings; nothing is connected yet."""
    add_titles(TITLES)
    return ServiceDefinition(
        service="loyalty-service",
        short="loyalty",
        title="Hamdel: loyalty",
        routers=(
            redemptions,  # first: a route is found by trying them in order, and this one is hot
            programs,
            earning_rules,
            quotes,
            enrolment,
            members,
            member_adjustments,
            adjustments,
            liability,
            ledger,
            rewards,
            vouchers,
            tiers,
            tier_floors,
        ),
        policy=POLICY,
        renderer=LoyaltySection(),
        subscriptions=SUBSCRIPTIONS,
        background=(
            enrol_everybody,
            register_cards,
            grant_birthdays,
            release_timed_out,
            sweep_points,
            settle_tiers,
        ),
        lifespans=(customer_directory,),
    )
