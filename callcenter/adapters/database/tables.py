"""Every table, as SQLAlchemy Core. No domain class is mapped onto one; the migrations must build exactly this."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    false,
    text,
)

from callcenter.adapters.database.columns import BigId, Moment, Words

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# JSON, not JSONB: attributes are shown in the order in which they were written, and JSONB sorts its keys.

# --- people who call ------------------------------------------------------------------------------

CUSTOMERS = Table(
    "customers",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("account", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("initials", Words, nullable=False),
    Column("pinyin", Words, nullable=False),
    Column("tier", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("note", Words, nullable=False),
    Column("due_fen", BigInteger),
    Column("due_on", Date),
    Column("attributes", JSON, nullable=False),
    Index("ix_customers_account", "account", unique=True),
    Index("ix_customers_name", "name"),
    Index("ix_customers_initials", "initials"),
    Index("ix_customers_pinyin", "pinyin"),
)

CUSTOMER_PHONES = Table(
    "customer_phones",
    METADATA,
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("number", Words, nullable=False),
    Column("backwards", Words, nullable=False),
    Column("label", Words, nullable=False),
    Index("ix_customer_phones_number", "number"),
    Index("ix_customer_phones_backwards", "backwards"),
)
"""`backwards` is the number read from its end: 'ends with 8000' becomes a range of an index."""

ASSETS = Table(
    "assets",
    METADATA,
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("attributes", JSON, nullable=False),
)

IMPORTS = Table(
    "imports",
    METADATA,
    Column("digest", Words, primary_key=True),
    Column("file", Words, nullable=False),
    Column("rows_done", Integer, nullable=False),
    Column("rows_stored", Integer, nullable=False),
    Column("rows_refused", Integer, nullable=False),
    Column("error_bytes", BigInteger, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
)
"""How far an import of one file (by SHA-256 of content and column choice) has come."""

# --- the journal, and what must be known to go on after a restart ----------------------------------

JOURNAL = Table(
    "journal",
    METADATA,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("call", Words),
    Column("agent", Words),
    Column("body", JSON, nullable=False),
    Index("ix_journal_call_seq", "call", "seq"),
    Index(
        "ix_journal_agent_seq",
        "agent",
        "seq",
        sqlite_where=text("call IS NULL"),
        postgresql_where=text("call IS NULL"),
    ),
    Index("ix_journal_at", "at"),
)

LIVE_CALLS = Table(
    "live_calls",
    METADATA,
    Column("call", Words, primary_key=True),
    Column("ended", Boolean, nullable=False, server_default=false()),
)
"""Calls whose facts are still needed; a row leaves when the call has ended and nobody wraps it up."""

LIVE_AGENTS = Table(
    "live_agents",
    METADATA,
    Column("agent", Words, primary_key=True),
    Column("since_seq", BigInteger, nullable=False),
    Column("last_call", Words),
    Column("wrapping", Words),
    Index("ix_live_agents_wrapping", "wrapping"),
)
"""Agents at work: the seq of the sign-in, the last call offered, and the call that is being wrapped up."""

# --- projections of the journal: no foreign keys, so that an odd history can never be refused ------

CALLS = Table(
    "calls",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("number", Words, nullable=False, server_default=text("''")),
    Column("name", Words, nullable=False, server_default=text("''")),
    Column("dialed", Words, nullable=False, server_default=text("''")),
    Column("queue", Words),
    Column("agent", Words),
    Column("customer", BigInteger),
    Column("service", Words),
    Column("arrived_at", Moment, nullable=False),
    Column("queued_at", Moment),
    Column("answered_at", Moment),
    Column("ended_at", Moment),
    Column("outcome", Words),
    Column("cause", Integer),
    Column("wait_seconds", Integer, nullable=False, server_default=text("0")),
    Column("talk_seconds", Integer, nullable=False, server_default=text("0")),
    Column("hold_seconds", Integer, nullable=False, server_default=text("0")),
    Column("wrap_up_seconds", Integer, nullable=False, server_default=text("0")),
    Column("code", Words, nullable=False, server_default=text("''")),
    Column("note", Words, nullable=False, server_default=text("''")),
    Column("recording", Words),
    Column("source", Words, nullable=False, server_default=text("'switch'")),
    Index("ix_calls_arrived_at_id", "arrived_at", "id"),
    Index("ix_calls_customer_arrived_at", "customer", "arrived_at"),
    Index("ix_calls_number_arrived_at", "number", "arrived_at"),
    Index("ix_calls_agent_arrived_at", "agent", "arrived_at"),
)
"""`talk_seconds` includes `hold_seconds`. `source` is `resync` when the start or the end was read back after a gap."""

LEGS = Table(
    "legs",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("call", Words, nullable=False),
    Column("agent", Words, nullable=False),
    Column("queue", Words),
    Column("why", Words, nullable=False, server_default=text("''")),
    Column("rejoin", Boolean, nullable=False, server_default=false()),
    Column("offered_at", Moment, nullable=False),
    Column("ringing_at", Moment),
    Column("answered_at", Moment),
    Column("held_at", Moment),
    Column("ended_at", Moment),
    Column("wrapped_up_at", Moment),
    Column("miss", Words),
    Column("ended_by", Words),
    Column("hold_seconds", Integer, nullable=False, server_default=text("0")),
    Index("ix_legs_call", "call"),
    Index("ix_legs_agent_offered_at", "agent", "offered_at"),
)
"""One row for each offer; `id` is the seq of the fact that opened it. `held_at` is set while the caller is on hold."""

KEYS_PRESSED = Table(
    "keys_pressed",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("call", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("step", Words, nullable=False),
    Column("keys", Words, nullable=False),
    Column("meaning", Words, nullable=False),
    Index("ix_keys_pressed_call", "call"),
)

AGENT_TIMES = Table(
    "agent_times",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("agent", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("cause", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("call", Words),
    Index("ix_agent_times_agent_started_at", "agent", "started_at"),
    Index(
        "ix_agent_times_open",
        "agent",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
"""What an agent was doing, without gaps from sign-in to sign-out; at most one open row an agent."""

RECORDINGS = Table(
    "recordings",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("call", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Index("ix_recordings_call", "call"),
)

# --- people who work here --------------------------------------------------------------------------

USERS = Table(
    "users",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("login", Words, nullable=False),
    Column("password_hash", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("agent", Words),
    Column("extension", Words),
    Column("locked", Boolean, nullable=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
    Index("ix_users_login", "login", unique=True),
    Index("ix_users_agent", "agent", unique=True),
)

WEB_SESSIONS = Table(
    "web_sessions",
    METADATA,
    Column("token_hash", Words, primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("ix_web_sessions_user_id", "user_id"),
    Index("ix_web_sessions_expires_at", "expires_at"),
)

ACCESS_LOG = Table(
    "access_log",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("login", Words, nullable=False),
    Column("deed", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("address", Words, nullable=False),
    Index("ix_access_log_at", "at"),
    Index("ix_access_log_subject_at", "subject", "at"),
)
"""Who revealed, read, heard or exported what, from which address. Rows are added, never changed."""

PROJECTIONS = (CALLS, LEGS, KEYS_PRESSED, AGENT_TIMES, RECORDINGS)
