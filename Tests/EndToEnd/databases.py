"""The databases that Holdfast keeps its data in: what the tests need to know of each, and nothing that Holdfast does."""

import contextlib
import pathlib
import subprocess
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg

CLUSTERS = pathlib.Path(__file__).resolve().parents[2] / "scripts/postgres"


class SQLite:
    """A file in the installation's own folder."""

    name = "sqlite"

    @contextlib.contextmanager
    def fresh(self, folder):
        """The URL of a database that is empty yet and gone afterwards."""
        yield f"sqlite:{folder}/holdfast.db"

    def everything(self, url):
        """All that is stored, as bytes to search in."""
        path = pathlib.Path(url.removeprefix("sqlite:"))
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


class PostgreSQL:
    """A database of its own for each installation, in the cluster of a URL whose role may make databases."""

    name = "postgres"

    def __init__(self, url):
        self.url = url

    @contextlib.contextmanager
    def fresh(self, folder):
        """The URL of a database that is empty yet and gone afterwards."""
        name = f"holdfast_{uuid.uuid4().hex[:12]}"
        self._administer(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _administer(self, statement):
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def everything(self, url):
        """All that is stored, as bytes to search in."""
        with psycopg.connect(url) as connection:
            tables = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables "
                "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')").fetchall()
            assert tables, "nothing is stored"
            rows = []
            for schema, table in tables:
                whole = psycopg.sql.SQL("SELECT t::text FROM {}.{} t").format(
                    psycopg.sql.Identifier(schema), psycopg.sql.Identifier(table))
                rows += [row for (row,) in connection.execute(whole)]
        return "\n".join(rows).encode()


class Cluster:
    """A PostgreSQL cluster of one's own, for those who crash it or need all of it."""

    def __init__(self):
        self.url = self._command("start")
        self.postgres = PostgreSQL(self.url)

    def crash(self):
        """Ends it as a crash would: nothing is said to its clients or written in farewell."""
        self._command("crash", self.url)

    def restart(self):
        """Brings it back after a crash, at the same address, with all that was durable."""
        self._command("restart", self.url)

    def remove(self):
        self._command("stop", self.url)

    def _command(self, *arguments):
        done = subprocess.run([CLUSTERS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
