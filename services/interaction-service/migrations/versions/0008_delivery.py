"""Templates and the delivery queue."""

from __future__ import annotations

import json
from typing import Any, Final

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE message_templates (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        channel text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (code, channel)
    )
    """,
    """
    CREATE TABLE message_template_versions (
        template_id uuid NOT NULL,
        version integer NOT NULL,
        purpose text NOT NULL,
        texts json NOT NULL,
        fallbacks json NOT NULL,
        persian_digits boolean NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        PRIMARY KEY (template_id, version)
    )
    """,
    """
    CREATE TABLE messages (
        id uuid PRIMARY KEY,
        key text NOT NULL UNIQUE,
        customer_id uuid NOT NULL,
        channel text NOT NULL,
        purpose text NOT NULL,
        transactional boolean NOT NULL,
        template_id uuid,
        template text,
        template_version integer,
        variables json NOT NULL,
        subject text,
        body text,
        language text,
        address text,
        on_timeline boolean NOT NULL,
        status text NOT NULL,
        reason text,
        not_before timestamptz,
        next_attempt_at timestamptz,
        claim uuid,
        attempts integer NOT NULL DEFAULT 0,
        begun_at timestamptz,
        address_hash bytea,
        provider_message_id text,
        sent_at timestamptz,
        reported_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """,
    # What has an end has no next attempt, so the index of the queue holds what waits and nothing else.
    """
    CREATE INDEX messages_due ON messages (channel, transactional DESC, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL
    """,
    "CREATE INDEX messages_of_customer ON messages (customer_id, id)",
    "CREATE INDEX messages_by_status ON messages (status, id)",
    """
    CREATE INDEX messages_counted ON messages (customer_id, channel, purpose, begun_at)
    WHERE begun_at IS NOT NULL AND NOT transactional
    """,
    "CREATE INDEX messages_untold ON messages (sent_at) WHERE sent_at IS NOT NULL AND NOT on_timeline",
    """
    CREATE INDEX messages_of_provider ON messages (provider_message_id) WHERE provider_message_id IS NOT NULL
    """,
    """
    CREATE TABLE delivery_attempts (
        message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
        number integer NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        outcome text,
        reason text,
        PRIMARY KEY (message_id, number)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE suppressed_addresses (
        channel text NOT NULL,
        address_hash bytea NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (channel, address_hash)
    )
    """,
    """
    CREATE TABLE unsubscriptions (
        message_id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        purpose text NOT NULL,
        channel text NOT NULL,
        asked_at timestamptz NOT NULL,
        told_at timestamptz,
        next_try_at timestamptz
    )
    """,
    "CREATE INDEX unsubscriptions_of_customer ON unsubscriptions (customer_id, purpose, channel)",
    "CREATE INDEX unsubscriptions_untold ON unsubscriptions (next_try_at) WHERE next_try_at IS NOT NULL",
    """
    CREATE TABLE delivery_keys (name text PRIMARY KEY, key bytea NOT NULL)
    """,
    # Two random UUIDs come from the server's own strong generator: 244 bits that no setting has to carry.
    """
    INSERT INTO delivery_keys (name, key)
    SELECT name, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    FROM unnest(ARRAY['unsubscribe', 'suppression']) AS t(name)
    """,
)

Texts = dict[str, dict[str, str]]

SURVEY_EMAIL: Final[Texts] = {
    "fa": {
        "subject": "نظر شما برای ما مهم است",
        "body_text": "{{ given_name }} سلام،\n\nلطفاً با پاسخ به چند پرسش کوتاه به ما کمک کنید:\n{{ link }}\n\nسپاس از شما",
    },
    "en": {
        "subject": "Your opinion matters to us",
        "body_text": "Hello {{ given_name }},\n\nplease help us by answering a few short questions:\n{{ link }}\n\nThank you",
    },
}
SURVEY_SHORT: Final[Texts] = {
    "fa": {"body_text": "نظر شما برای ما مهم است:\n{{ link }}"},
    "en": {"body_text": "Your opinion matters to us:\n{{ link }}"},
}
THANKS_EMAIL: Final[Texts] = {
    "fa": {
        "subject": "از خرید شما سپاسگزاریم",
        "body_text": "{{ given_name }} سلام،\n\nاز خرید شما سپاسگزاریم. امیدواریم از آن راضی باشید.",
    },
    "en": {
        "subject": "Thank you for your purchase",
        "body_text": "Hello {{ given_name }},\n\nthank you for your purchase. We hope you enjoy it.",
    },
}
THANKS_SHORT: Final[Texts] = {
    "fa": {"body_text": "از خرید شما سپاسگزاریم."},
    "en": {"body_text": "Thank you for your purchase."},
}
NAMES: Final = {"given_name": {"fa": "دوست گرامی", "en": "there"}}

SEEDS: Final[tuple[tuple[str, str, str, Texts, dict[str, Any]], ...]] = (
    ("survey-invitation", "email", "survey", SURVEY_EMAIL, NAMES),
    ("survey-invitation", "sms", "survey", SURVEY_SHORT, {}),
    ("survey-invitation", "push", "survey", SURVEY_SHORT, {}),
    ("thank-you", "email", "service", THANKS_EMAIL, NAMES),
    ("thank-you", "sms", "service", THANKS_SHORT, {}),
    ("thank-you", "push", "service", THANKS_SHORT, {}),
)

SEED: Final = text(
    """
    WITH head AS (
        INSERT INTO message_templates (id, code, channel, version, created_at, updated_at)
        VALUES (gen_random_uuid(), :code, :channel, 1, now(), now()) RETURNING id
    )
    INSERT INTO message_template_versions
        (template_id, version, purpose, texts, fallbacks, persian_digits, created_at, created_by)
    SELECT id, 1, :purpose, CAST(:texts AS json), CAST(:fallbacks AS json), true, now(), 'hamdel' FROM head
    """
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for code, channel, purpose, texts, fallbacks in SEEDS:
        values = {"code": code, "channel": channel, "purpose": purpose}
        values |= {"texts": json.dumps(texts, ensure_ascii=False)}
        values |= {"fallbacks": json.dumps(fallbacks, ensure_ascii=False)}
        op.get_bind().execute(SEED, values)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
