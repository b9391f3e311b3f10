"""The first tables."""

import sqlalchemy as sa
from alembic import op

from callcenter.adapters.database.columns import BigId, Moment, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("login", Words, nullable=False),
        sa.Column("deed", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_at", "access_log", ["at"])
    op.create_index("ix_access_log_subject_at", "access_log", ["subject", "at"])
    op.create_table(
        "agent_times",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("agent", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("cause", Words, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("call", Words),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_times")),
    )
    op.create_index("ix_agent_times_agent_started_at", "agent_times", ["agent", "started_at"])
    op.create_index(
        "ix_agent_times_open",
        "agent_times",
        ["agent"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "calls",
        sa.Column("id", Words, nullable=False),
        sa.Column("number", Words, server_default=sa.text("''"), nullable=False),
        sa.Column("name", Words, server_default=sa.text("''"), nullable=False),
        sa.Column("dialed", Words, server_default=sa.text("''"), nullable=False),
        sa.Column("queue", Words),
        sa.Column("agent", Words),
        sa.Column("customer", sa.BigInteger),
        sa.Column("service", Words),
        sa.Column("arrived_at", Moment, nullable=False),
        sa.Column("queued_at", Moment),
        sa.Column("answered_at", Moment),
        sa.Column("ended_at", Moment),
        sa.Column("outcome", Words),
        sa.Column("cause", sa.Integer),
        sa.Column("wait_seconds", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("talk_seconds", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("hold_seconds", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("wrap_up_seconds", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("code", Words, server_default=sa.text("''"), nullable=False),
        sa.Column("note", Words, server_default=sa.text("''"), nullable=False),
        sa.Column("recording", Words),
        sa.Column("source", Words, server_default=sa.text("'switch'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index("ix_calls_agent_arrived_at", "calls", ["agent", "arrived_at"])
    op.create_index("ix_calls_arrived_at_id", "calls", ["arrived_at", "id"])
    op.create_index("ix_calls_customer_arrived_at", "calls", ["customer", "arrived_at"])
    op.create_index("ix_calls_number_arrived_at", "calls", ["number", "arrived_at"])
    op.create_table(
        "customers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("initials", Words, nullable=False),
        sa.Column("pinyin", Words, nullable=False),
        sa.Column("tier", Words, nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.Column("flags", sa.JSON, nullable=False),
        sa.Column("note", Words, nullable=False),
        sa.Column("due_fen", sa.BigInteger),
        sa.Column("due_on", sa.Date),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index("ix_customers_account", "customers", ["account"], unique=True)
    op.create_index("ix_customers_initials", "customers", ["initials"])
    op.create_index("ix_customers_name", "customers", ["name"])
    op.create_index("ix_customers_pinyin", "customers", ["pinyin"])
    op.create_table(
        "imports",
        sa.Column("digest", Words, nullable=False),
        sa.Column("file", Words, nullable=False),
        sa.Column("rows_done", sa.Integer, nullable=False),
        sa.Column("rows_stored", sa.Integer, nullable=False),
        sa.Column("rows_refused", sa.Integer, nullable=False),
        sa.Column("error_bytes", sa.BigInteger, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("finished_at", Moment),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_imports")),
    )
    op.create_table(
        "journal",
        sa.Column("seq", BigId, autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("call", Words),
        sa.Column("agent", Words),
        sa.Column("body", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
    )
    op.create_index(
        "ix_journal_agent_seq",
        "journal",
        ["agent", "seq"],
        sqlite_where=sa.text("call IS NULL"),
        postgresql_where=sa.text("call IS NULL"),
    )
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_index("ix_journal_call_seq", "journal", ["call", "seq"])
    op.create_table(
        "keys_pressed",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("call", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("step", Words, nullable=False),
        sa.Column("keys", Words, nullable=False),
        sa.Column("meaning", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys_pressed")),
    )
    op.create_index("ix_keys_pressed_call", "keys_pressed", ["call"])
    op.create_table(
        "legs",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("call", Words, nullable=False),
        sa.Column("agent", Words, nullable=False),
        sa.Column("queue", Words),
        sa.Column("why", Words, server_default=sa.text("''"), nullable=False),
        sa.Column("rejoin", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("offered_at", Moment, nullable=False),
        sa.Column("ringing_at", Moment),
        sa.Column("answered_at", Moment),
        sa.Column("held_at", Moment),
        sa.Column("ended_at", Moment),
        sa.Column("wrapped_up_at", Moment),
        sa.Column("miss", Words),
        sa.Column("ended_by", Words),
        sa.Column("hold_seconds", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legs")),
    )
    op.create_index("ix_legs_agent_offered_at", "legs", ["agent", "offered_at"])
    op.create_index("ix_legs_call", "legs", ["call"])
    op.create_table(
        "live_agents",
        sa.Column("agent", Words, nullable=False),
        sa.Column("since_seq", sa.BigInteger, nullable=False),
        sa.Column("last_call", Words),
        sa.Column("wrapping", Words),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_live_agents")),
    )
    op.create_index("ix_live_agents_wrapping", "live_agents", ["wrapping"])
    op.create_table(
        "live_calls",
        sa.Column("call", Words, nullable=False),
        sa.Column("ended", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_live_calls")),
    )
    op.create_table(
        "recordings",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("call", Words, nullable=False),
        sa.Column("path", Words, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    op.create_index("ix_recordings_call", "recordings", ["call"])
    op.create_table(
        "users",
        sa.Column("id", BigId, nullable=False),
        sa.Column("login", Words, nullable=False),
        sa.Column("password_hash", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("role", Words, nullable=False),
        sa.Column("agent", Words),
        sa.Column("extension", Words),
        sa.Column("locked", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("ix_users_agent", "users", ["agent"], unique=True)
    op.create_index("ix_users_login", "users", ["login"], unique=True)
    op.create_table(
        "assets",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("label", Words, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_assets_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "place", name=op.f("pk_assets")),
    )
    op.create_table(
        "customer_phones",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("number", Words, nullable=False),
        sa.Column("backwards", Words, nullable=False),
        sa.Column("label", Words, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_phones_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "place", name=op.f("pk_customer_phones")),
    )
    op.create_index("ix_customer_phones_backwards", "customer_phones", ["backwards"])
    op.create_index("ix_customer_phones_number", "customer_phones", ["number"])
    op.create_table(
        "web_sessions",
        sa.Column("token_hash", Words, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_web_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_sessions")),
    )
    op.create_index("ix_web_sessions_expires_at", "web_sessions", ["expires_at"])
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"])


def downgrade() -> None:
    op.drop_table("web_sessions")
    op.drop_table("customer_phones")
    op.drop_table("assets")
    op.drop_table("users")
    op.drop_table("recordings")
    op.drop_table("live_calls")
    op.drop_table("live_agents")
    op.drop_table("legs")
    op.drop_table("keys_pressed")
    op.drop_table("journal")
    op.drop_table("imports")
    op.drop_table("customers")
    op.drop_table("calls")
    op.drop_table("agent_times")
    op.drop_table("access_log")
