"""Pictures of every page of a made-up company, at three widths, light and dark: `make screenshots`."""

import pathlib
import sys
import tempfile

from browser import WIDTHS, chromium, visit
from databases import SQLite
from holdfast import Holdfast
from pages import sign_in_link

PAGES = {
    "today": "/", "health": "/health", "customers": "/customers", "critical": '/customers?where=band == "critical"',
    "mistake": "/customers?where=scroe < 40", "alerts": "/alerts?state=all", "outbox": "/outbox", "system": "/system", "people": "/people",
    "audit": "/audit", "account": "/account", "missing": "/no/such/page"}


def main(target):
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        demo = pathlib.Path(folder) / "demo"
        server = Holdfast(folder, config=demo / "config", database=f"sqlite:{demo}/holdfast.db")
        server.run("demo", "--directory", demo, "--load-only", timeout=900)
        server.run("user", "add", "hannah.vogel@example.com", "--name", "Hannah Vogel", "--role", "operations", exits=None)
        server.start(120)
        try:
            customer = server.api("/api/v1/customers", params={"where": 'band == "at-risk"', "sort": "-mrr", "limit": 1})["customers"][0]["id"]
            pages = {**PAGES, "customer": f"/customers/{customer}"}
            for theme in ("light", "dark"):
                for width in WIDTHS:
                    with visit(browser, server.url, width=width, theme=theme) as person:
                        person.page.goto("/sign-in")
                        person.page.screenshot(path=target / f"sign-in-{width}-{theme}.png", full_page=True)
                        person.sign_in(sign_in_link(server, "hannah.vogel@example.com"))
                        for name, path in pages.items():
                            person.page.goto(path)
                            person.page.screenshot(path=target / f"{name}-{width}-{theme}.png", full_page=True)
                        person.complaints.clear()
                    print(f"{width}, {theme}: {len(pages) + 1} pages", flush=True)
        finally:
            server.kill()
    print(f"{len(list(target.glob('*.png')))} pictures in {target}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
