"""Wiring: routers, policy, section, subscriptions and the customer directory make interaction-service."""

from __future__ import annotations

from typing import Final

from hamdel.customers import customer_directory
from hamdel.http import ServiceDefinition
from hamdel.http.catalogue import add_titles
from interaction_service.calendars.routes import router as calendars
from interaction_service.canned.routes import router as canned_replies
from interaction_service.cases.inner_routes import router as case_parts
from interaction_service.cases.routes import router as cases
from interaction_service.conversations.routes import of_customer as customer_conversations
from interaction_service.conversations.routes import router as conversations
from interaction_service.corrections.routes import router as corrections
from interaction_service.delivery.background import deliver_messages, follow_messages, prune_messages
from interaction_service.delivery.routes import routers as delivery
from interaction_service.interactions.routes import router as interactions
from interaction_service.policy import POLICY
from interaction_service.purchases.routes import router as purchases
from interaction_service.queues.routes import router as queues
from interaction_service.refunds.routes import router as refunds
from interaction_service.rules.routes import router as rules
from interaction_service.search.background import index_texts
from interaction_service.search.routes import router as search
from interaction_service.section import InteractionsSection
from interaction_service.sla.background import watch_clocks
from interaction_service.sla.routes import router as sla_policies
from interaction_service.subscriptions import SUBSCRIPTIONS
from interaction_service.tasks.background import tell_due_tasks
from interaction_service.tasks.routes import router as tasks
from interaction_service.timeline.routes import router as timeline

__all__ = ["definition"]


TITLES: Final = {
    "external-id-taken": ("The external id is taken", "این شناسهٔ بیرونی پیش‌تر به کار رفته است"),
    "unknown-interaction": ("There is no such interaction", "چنین تعاملی وجود ندارد"),
    "unknown-purchase": ("There is no such purchase", "چنین خریدی وجود ندارد"),
    "refund-exceeds-purchase": (
        "More is asked for than is left of the purchase",
        "مبلغ یا تعداد خواسته‌شده بیش از باقی‌ماندهٔ خرید است",
    ),
    "correction-below-refunds": (
        "More was refunded already than the correction leaves",
        "بیش از آنچه اصلاح باقی می‌گذارد پیش‌تر بازگردانده شده است",
    ),
    "calendar-exists": ("The calendar's code is taken", "تقویمی با این کد هست"),
    "unknown-calendar": ("There is no such calendar", "چنین تقویمی وجود ندارد"),
    "deadline-out-of-reach": (
        "The calendar is not open for so long",
        "ساعت‌های باز این تقویم برای این مهلت کافی نیست",
    ),
    "policy-exists": (
        "The code has a policy for this priority and tier",
        "برای این کد، اولویت و سطح، سیاستی تعریف شده است",
    ),
    "unknown-policy": ("There is no such policy", "چنین سیاستی وجود ندارد"),
    "unknown-task": ("There is no such task", "چنین کاری وجود ندارد"),
    "task-cancelled": ("The task was cancelled", "این کار لغو شده است"),
    "task-done": ("The task is done", "این کار انجام شده است"),
    "unknown-rule": ("There is no such rule", "چنین قاعده‌ای وجود ندارد"),
    "rule-exists": ("The rule's code is taken", "قاعده‌ای با این کد هست"),
    "unknown-conversation": ("There is no such conversation", "چنین گفت‌وگویی وجود ندارد"),
    "unknown-case": ("There is no such case", "چنین پرونده‌ای وجود ندارد"),
    "unknown-watcher": ("This agent does not follow the case", "این کارشناس دنبال‌کنندهٔ پرونده نیست"),
    "unknown-link": ("The cases are not linked", "این پرونده‌ها به هم پیوند ندارند"),
    "case-status": ("The status of the case does not allow it", "وضعیت پرونده این کار را مجاز نمی‌داند"),
    "same-case": ("This is one and the same case", "هر دو یک پرونده‌اند"),
    "other-customer": ("This is another customer's", "از آنِ مشتری دیگری است"),
    "no-queue": ("Neither an agent nor a queue to find one in", "نه کارشناسی مشخص است و نه صفی"),
    "empty-queue": ("Nobody works in this queue", "کسی در این صف کار نمی‌کند"),
    "no-owner": ("Nobody keeps the relationship with this customer", "این مشتری مسئول ارتباط ندارد"),
    "unknown-queue": ("There is no such queue", "چنین صفی وجود ندارد"),
    "queue-exists": ("The queue's code is taken", "صفی با این کد هست"),
    "unknown-canned-reply": ("There is no such canned reply", "چنین پاسخ آماده‌ای وجود ندارد"),
    "canned-reply-exists": ("The canned reply's code is taken", "پاسخ آماده‌ای با این کد هست"),
    "unknown-template": ("There is no such message template", "چنین قالب پیامی وجود ندارد"),
    "template-taken": ("The code has a template for this channel", "برای این کد و کانال قالبی هست"),
    "invalid-template": ("The template cannot be used", "این قالب را نمی‌توان به کار برد"),
    "missing-variable": ("A variable is missing", "مقدار متغیری داده نشده است"),
    "broken-template": ("The template cannot be filled", "این قالب را نمی‌توان پر کرد"),
    "unknown-message": ("There is no such message", "چنین پیامی وجود ندارد"),
    "no-message-named": ("No message is named", "پیامی نام برده نشده است"),
    "bad-signature": ("The signature is not valid", "امضا معتبر نیست"),
    "profile-unreachable": ("The customer cannot be checked at the moment", "بررسی مشتری فعلاً ممکن نیست"),
}
"""The words of this service's own problems, in English and Persian."""


def definition() -> ServiceDefinition:
    """Everything the application of interaction-service is made of."""
    add_titles(TITLES)
    return ServiceDefinition(
        service="interaction-service",
        short="interaction",
        title="Hamdel interactions",
        routers=(
            search,
            interactions,
            purchases,
            refunds,
            corrections,
            timeline,
            calendars,
            sla_policies,
            tasks,
            rules,
            conversations,
            customer_conversations,
            cases,
            case_parts,
            queues,
            canned_replies,
            *delivery,
        ),
        policy=POLICY,
        renderer=InteractionsSection(),
        subscriptions=SUBSCRIPTIONS,
        background=(
            index_texts,
            watch_clocks,
            tell_due_tasks,
            deliver_messages,
            follow_messages,
            prune_messages,
        ),
        lifespans=(customer_directory,),
    )
