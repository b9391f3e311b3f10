"""Alembic's entry: runs the revisions on the connection that `migrations.upgrade` hands over."""

from alembic import context
from sqlalchemy import Connection

from callcenter.adapters.database.tables import METADATA

connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("请用 callcenter 的命令升级数据库 / migrate with the callcenter command")
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
