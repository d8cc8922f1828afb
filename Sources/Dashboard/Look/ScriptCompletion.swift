extension Look {
  /// Offers names while somebody types a condition into a field marked `data-complete`: arrow keys choose, Enter or Tab takes, Escape
  /// closes. The names stand in the page as JSON, `#names`.
  static let completion = #"""
    (() => {
      const source = document.getElementById("names");
      const input = document.querySelector("input[data-complete]");
      if (!source || !input) return;
      let names = [];
      try { names = JSON.parse(source.textContent); } catch { return; }

      const box = document.createElement("div");
      box.className = "completed";
      const list = document.createElement("ul");
      list.className = "suggestions";
      list.id = "suggestions";
      list.hidden = true;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", "Names");
      const hadFocus = document.activeElement === input;
      input.replaceWith(box);
      box.append(input, list);
      if (hadFocus) input.focus();
      const attributes = {
        role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false",
        "aria-controls": "suggestions",
      };
      for (const [key, value] of Object.entries(attributes)) input.setAttribute(key, value);

      let chosen = -1;
      const close = () => {
        list.hidden = true;
        chosen = -1;
        input.setAttribute("aria-expanded", "false");
        input.removeAttribute("aria-activedescendant");
      };
      const choose = (index) => {
        const options = list.children;
        options[chosen]?.setAttribute("aria-selected", "false");
        chosen = (index + options.length) % options.length;
        options[chosen].setAttribute("aria-selected", "true");
        options[chosen].scrollIntoView({block: "nearest"});
        input.setAttribute("aria-activedescendant", options[chosen].id);
      };

      // The name that is being typed: what stands directly before the caret, but not within quotes.
      const word = () => {
        const before = input.value.slice(0, input.selectionStart ?? 0);
        if (before.split('"').length % 2 === 0) return "";
        return before.match(/[\p{L}_][\p{L}\p{N}_.]*$/u)?.[0] ?? "";
      };
      const take = (name) => {
        const end = input.selectionStart ?? 0;
        input.setRangeText(name, end - word().length, end, "end");
        input.focus();
        close();
      };

      const offer = () => {
        const typed = word().toLowerCase();
        const isStart = (entry) => entry.name.toLowerCase().startsWith(typed);
        const fitting = typed === "" ? [] : names
          .filter((entry) => entry.name.toLowerCase().includes(typed) && entry.name.toLowerCase() !== typed)
          .sort((a, b) => isStart(b) - isStart(a)).slice(0, 8);
        if (!fitting.length) return close();
        list.replaceChildren(...fitting.map((entry, index) => {
          const option = document.createElement("li");
          const about = document.createElement("span");
          option.id = `suggestion-${index}`;
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          option.dataset.name = entry.name;
          about.textContent = entry.about;
          option.append(entry.name, about);
          return option;
        }));
        chosen = -1;
        list.hidden = false;
        input.setAttribute("aria-expanded", "true");
        input.removeAttribute("aria-activedescendant");
      };

      input.addEventListener("input", offer);
      input.addEventListener("blur", close);
      // The press would take the focus away, and with it the list.
      list.addEventListener("mousedown", (event) => event.preventDefault());
      list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) take(option.dataset.name);
      });
      input.addEventListener("keydown", (event) => {
        if (list.hidden) return;
        if (event.key === "ArrowDown") choose(chosen + 1);
        else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
        else if (event.key === "Escape") close();
        else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(list.children[chosen].dataset.name);
        else return;
        event.preventDefault();
      });
    })();
    """#
}
