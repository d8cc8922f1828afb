"""How pages of a running server paint in a real browser, for `make bench`: signs in by a link, opens each page some times, prints JSON.

usage: paint.py ADDRESS-OF-A-SIGN-IN-LINK TIMES NAME=PATH…
"""

import json
import sys
from urllib.parse import urlsplit

from browser import chromium, visit

# From the start of the navigation to the first paint of content, and from the request to the last byte of the page itself: milliseconds.
TIMES = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {paint: paint && paint.startTime, answer: page.responseEnd - page.requestStart};
}"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"


def measure(person, path, times):
    """Seconds of each visit, and the bytes of the page with all that it loads, as a browser gets them that has nothing of it yet."""
    sizes, paints, answers = {}, [], []
    person.page.on("response", lambda answer: sizes.setdefault(answer.url, int(answer.header_value("content-length") or 0)))
    for _ in range(times):
        status = person.page.goto(path).status
        assert status == 200, f"{path} answered {status}"
        person.page.wait_for_function(PAINTED)
        seen = person.page.evaluate(TIMES)
        paints.append(seen["paint"] / 1000)
        answers.append(seen["answer"] / 1000)
    return {"paint": paints, "answer": answers, "weight": sum(sizes.values())}


def main(link, times, pages):
    parts = urlsplit(link)
    measured = {}
    with chromium() as browser:
        for name, path in pages:
            # A browser of its own for each page: what one has loaded is not there for the next.
            with visit(browser, f"{parts.scheme}://{parts.netloc}") as person:
                if not measured:
                    state = person.sign_in(link).context.storage_state()
                person.context.add_cookies(state["cookies"])
                measured[name] = measure(person, path, times)
    print(json.dumps(measured))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [pair.split("=", 1) for pair in sys.argv[3:]])
