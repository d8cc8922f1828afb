"""The databases that Holdfast keeps its data in: what the tests need to know of each, and nothing that Holdfast does."""

import contextlib
import pathlib
import re
import sqlite3
import subprocess
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg

from polling import eventually

CLUSTERS = pathlib.Path(__file__).resolve().parents[2] / "scripts/postgres"


def connect(url, **options):
    """A connection of the tests' own, each statement a transaction. The cluster's settings are strange on purpose; these are not."""
    return psycopg.connect(url, autocommit=True, options="-c datestyle=ISO -c timezone=UTC", **options)


def rows(url, query, *values):
    """What a query finds on either database; `%s` stands for a value."""
    if url.startswith("sqlite:"):
        file = f"{sqlite_file(url).as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(file, uri=True, timeout=30)) as connection:
            return connection.execute(query.replace("%s", "?"), values).fetchall()
    with connect(url) as connection:
        return connection.execute(query, values or None).fetchall()


def sqlite_file(url):
    return pathlib.Path(url.removeprefix("sqlite:"))


class SQLite:
    """A file in the installation's own folder, or in one that is named."""

    name = "sqlite"

    def __init__(self, folder=None):
        self.folder = folder

    @contextlib.contextmanager
    def fresh(self, folder):
        """The URL of a database that is empty yet and gone afterwards."""
        yield f"sqlite:{self.folder or folder}/holdfast.db"

    def everything(self, url):
        """All that is stored, as bytes to search in."""
        path = sqlite_file(url)
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
            self._drop(name)

    def _drop(self, name):
        # Plainly first: that ends autovacuum's visits too, which FORCE from a role that is no superuser stumbles over.
        for statement in [f"DROP DATABASE {name}", f"DROP DATABASE {name} WITH (FORCE)"] * 3:
            with contextlib.suppress(psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):
                return self._administer(statement)
        raise AssertionError(f"{name} cannot be dropped")

    def _administer(self, statement):
        with connect(self.url) as connection:
            connection.execute(statement)

    def everything(self, url):
        """All that is stored, as bytes to search in."""
        with connect(url) as connection:
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
        # It lives for as long as somebody holds the other end of this pipe: no end of the tests leaves it behind.
        self._life = subprocess.Popen(
            [CLUSTERS, "run", "sh", "-c", 'echo "$HOLDFAST_POSTGRES_FOLDER"; exec cat'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._folder = pathlib.Path(self._life.stdout.readline().rstrip("\n"))
        self.url, self.superuser = ((self._folder / name).read_text().strip() for name in ("url", "superuser"))
        self.postgres = PostgreSQL(self.url)

    def crash(self):
        """Ends it as a crash would: nothing is said to its clients or written in farewell."""
        self._command("crash", self._folder)

    def halt(self):
        """Ends it in order, as for an upgrade; `restart` brings it back."""
        self._command("stop", "--keep", self._folder)

    def restart(self):
        """Brings it back after a crash or a halt, at the same address, with all that was durable."""
        self._command("restart", self._folder)

    def remove(self):
        self._life.stdin.close()
        assert self._life.wait(60) == 0

    def _command(self, *arguments):
        done = subprocess.run([CLUSTERS, *arguments], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr


def programs():
    """The folder of PostgreSQL's own programs, of the version that the clusters have."""
    said = subprocess.run([CLUSTERS, "version"], capture_output=True, text=True, check=True).stdout
    return re.match(r"PostgreSQL \d+ in (.*), with", said).group(1)
