extension Look {
  /// A page with `<main data-live="…">` listens at that address. On an event `score` it reads itself again and exchanges its parts marked
  /// `data-live-part`; what somebody is writing in, and what is open, stays.
  static let live = #"""
    (() => {
      const main = document.querySelector("main[data-live]");
      if (!main || !window.EventSource) return;
      const status = document.createElement("p");
      status.className = "unseen";
      status.setAttribute("role", "status");
      document.body.append(status);

      const focusable = "a[href],button,input:not([type=hidden]),select,textarea,summary";
      // Where no option is marked the browser chooses the first.
      const hasChosen = (select) =>
        select.selectedIndex !== Math.max(0, [...select.options].findLastIndex((option) => option.defaultSelected));
      const isInUse = (part) => {
        for (const field of part.querySelectorAll("input:not([type=hidden]),textarea,select")) {
          if (field === document.activeElement) return true;
          if (field.matches("select")) {
            if (hasChosen(field)) return true;
          } else if (field.type === "checkbox" || field.type === "radio") {
            if (field.checked !== field.defaultChecked) return true;
          } else if (field.value !== field.defaultValue) return true;
        }
        return false;
      };

      const exchange = (part, fresh) => {
        const open = part.querySelectorAll("details");
        fresh.querySelectorAll("details").forEach((details, index) => { if (open[index]) details.open = open[index].open; });
        if (fresh.isEqualNode(part)) return false;
        const index = [...part.querySelectorAll(focusable)].indexOf(document.activeElement);
        part.replaceWith(fresh);
        if (index >= 0) fresh.querySelectorAll(focusable)[index]?.focus({preventScroll: true});
        fresh.classList.add("moved");
        return true;
      };

      let isReading = false;
      let isStale = false;
      const refresh = async () => {
        isStale = true;
        if (isReading) return;
        isReading = true;
        try {
          while (isStale) {
            isStale = false;
            const answer = await fetch(location.href, {headers: {accept: "text/html"}});
            // Signed out, or gone: what is there stays as it is.
            if (!answer.ok || answer.redirected) return;
            const next = new DOMParser().parseFromString(await answer.text(), "text/html");
            let hasMoved = false;
            for (const part of document.querySelectorAll("[data-live-part]")) {
              if (!part.isConnected || isInUse(part)) continue;
              const fresh = next.querySelector(`[data-live-part="${CSS.escape(part.dataset.livePart)}"]`);
              if (fresh && exchange(part, fresh)) hasMoved = true;
            }
            document.title = next.title;
            if (hasMoved) status.textContent = document.querySelector(".score p")?.innerText ?? "The page has changed.";
          }
        } catch {
          // The next event tries again.
        } finally {
          isReading = false;
        }
      };

      let source = null;
      const listen = () => {
        if (source) return;
        source = new EventSource(main.dataset.live);
        source.addEventListener("score", refresh);
        // What moved since the page was made, or while there was no connection, no event tells.
        source.addEventListener("open", refresh);
      };
      // A page that nobody looks at holds no connection; what it missed it reads when it is looked at again.
      document.addEventListener("visibilitychange", () => {
        if (document.hidden) {
          source?.close();
          source = null;
        } else {
          listen();
          refresh();
        }
      });
      addEventListener("pagehide", () => { source?.close(); source = null; });
      addEventListener("pageshow", (event) => { if (event.persisted) { listen(); refresh(); } });
      if (!document.hidden) listen();
    })();
    """#
}
