extension Look {
  /// Walking by keys, their help, and forms that are sent once.
  static let keys = #"""
    (() => {
      const words = [
        ["/", "Search customers"], ["j", "Next row of the list"], ["k", "Row before"], ["Enter", "Open the row"],
        ["?", "Show these keys"], ["Esc", "Close, or leave a field"],
      ];

      const make = (name, attributes, ...children) => {
        const element = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        element.append(...children);
        return element;
      };

      const help = () => {
        let dialog = document.querySelector("dialog.help");
        if (!dialog) {
          const pairs = words.flatMap(([key, text]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)]);
          dialog = make("dialog", {class: "help", "aria-labelledby": "help-title"},
            make("h2", {id: "help-title"}, "Keys"), make("dl", {}, ...pairs),
            make("form", {method: "dialog"}, make("button", {class: "button primary"}, "Close")));
          document.body.append(dialog);
        }
        if (!dialog.open) dialog.showModal();
      };

      let last = 0;
      const walk = (step) => {
        const rows = [...document.querySelectorAll("[data-list]>*")].filter((row) => row.offsetParent !== null);
        if (!rows.length) return;
        const row = document.activeElement?.closest("[data-list]>*");
        const index = rows.indexOf(row);
        last = index >= 0 ? index + step : row === undefined || row === null ? (step > 0 ? 0 : rows.length - 1) : last;
        last = Math.min(rows.length - 1, Math.max(0, last));
        let target = rows[last].querySelector("a[href]");
        if (!target) {
          target = rows[last];
          target.tabIndex = -1;
        }
        target.focus({preventScroll: true});
        rows[last].scrollIntoView({block: "nearest"});
      };

      document.addEventListener("keydown", (event) => {
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
        const field = event.target.closest?.("input,textarea,select,dialog");
        if (field) {
          if (event.key === "Escape" && !field.matches("dialog")) field.blur();
          return;
        }
        switch (event.key) {
          case "/": {
            const search = document.getElementById("search");
            if (!search) return;
            search.focus();
            search.select();
            break;
          }
          case "j": walk(1); break;
          case "k": walk(-1); break;
          case "?": if (document.querySelector(".rooms")) help(); break;
          default: return;
        }
        event.preventDefault();
      });

      // A second press while the first is on its way changes nothing twice.
      document.addEventListener("submit", (event) => {
        const form = event.target;
        if (form.method !== "post") return;
        if (form.dataset.sent) event.preventDefault();
        else form.dataset.sent = "yes";
      });
      addEventListener("pageshow", () => {
        for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
      });
    })();
    """#
}
