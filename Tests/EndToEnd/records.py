"""Rows as users import them."""

import datetime

DAY = datetime.timedelta(days=1)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def iso(instant):
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def tickets_csv(customer, count, status="open", opened=None, solved=None, updated=None, prefix="t"):
    """Tickets of one customer; opened now if not said otherwise."""
    opened = iso(opened or now())
    rows = ["id,customer,status,priority,opened_at,solved_at,updated_at"]
    for number in range(count):
        rows.append(
            f"{prefix}-{customer}-{number},{customer},{status},high,{opened},{iso(solved) if solved else ''},"
            f"{iso(updated) if updated else ''}")
    return "\n".join(rows) + "\n"
