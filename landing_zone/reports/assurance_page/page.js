"use strict";
// The page is complete without this: it narrows, counts, and opens what an address names.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.querySelector("#filters form");
  const [query, status, section, place] = ["q", "s", "l", "a"].map((id) => document.getElementById(id));
  const count = document.getElementById("count");
  const accounts = all("#account-table tbody tr").map((row) => ({
    row, name: row.cells[0].textContent.trim(), ou: row.cells[1].textContent.trim(),
  }));

  // Which templates are deployed in an account: read from the lists of the page itself.
  const deployed = new Map();
  for (const article of all(".t[id^='v-']"))
    for (const item of all("li", article)) {
      const name = item.textContent.trim();
      if (!deployed.has(name)) deployed.set(name, new Set());
      deployed.get(name).add(article.id);
    }

  const described = (element) => ({
    element,
    text: element.textContent.toLowerCase(),
    status: element.dataset.s || "",
    sections: element.dataset.l ? element.dataset.l.split(" ") : [],
    templates: element.id.startsWith("v-") ? [element.id]
      : all("a[href^='#v-']", element).map((link) => link.getAttribute("href").slice(1)),
  });
  let lines = null;
  const read = () => all("[data-line]").map((element) => ({
    ...described(element),
    head: (element.querySelector("summary") || element).textContent.toLowerCase(),
    entries: all(".e", element).map(described),
    account: accounts.find(({ row }) => row === element),
  }));

  const offer = (label, values) => {
    const group = document.createElement("optgroup");
    group.label = label;
    for (const value of values) {
      const option = document.createElement("option");
      option.value = `${label}:${value}`;
      option.textContent = value;
      group.append(option);
    }
    if (values.length) place.append(group);
  };
  offer("OU", [...new Set(accounts.map(({ ou }) => ou))].sort());
  offer("Account", accounts.map(({ name }) => name));

  const chosenAccounts = () => {
    const [kind, name] = [place.value.slice(0, place.value.indexOf(":")), place.value.slice(place.value.indexOf(":") + 1)];
    const inside = ({ name: account, ou }) => (kind === "OU" ? ou === name || ou.startsWith(`${name}/`) : account === name);
    return place.value ? new Set(accounts.filter(inside).map((account) => account.name)) : null;
  };

  const narrow = () => {
    lines = lines || read();
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = chosenAccounts();
    const templates = chosen && new Set([...chosen].flatMap((name) => [...(deployed.get(name) || [])]));
    const active = Boolean(words.length || status.value || section.value || chosen);
    const says = (text) => words.every((word) => text.includes(word));
    const placed = (row) => !templates || !row.templates.length || row.templates.some((id) => templates.has(id));
    const has = (row) => !status.value || row.status === status.value;
    let shown = 0;
    const controls = [];
    for (const line of lines) {
      let visible = !section.value || line.sections.includes(section.value);
      if (line.entries.length) {
        const whole = says(line.head);
        for (const entry of line.entries) {
          entry.element.hidden = !(has(entry) && placed(entry) && (whole || says(entry.text) || !words.length));
        }
        visible = visible && says(line.text) && (line.entries.some((entry) => !entry.element.hidden)
          || (!whole && has(line) && placed(line) && !line.entries.some((entry) => says(entry.text))));
        if (visible) controls.push(line);
      } else {
        visible = visible && has(line) && says(line.text) && placed(line)
          && (!chosen || !line.account || chosen.has(line.account.name));
      }
      line.element.hidden = !visible;
      if (visible) shown += 1;
    }
    for (const { element } of controls) {
      const few = words.length > 0 && controls.length <= 6;
      if (few && !element.open) { element.open = true; element.dataset.opened = ""; }
    }
    for (const element of all("details[data-opened]"))
      if (!words.length || controls.length > 6) { element.open = false; delete element.dataset.opened; }
    for (const holder of all(".part, .sec, .wide")) {
      const inside = all("[data-line]", holder);
      holder.hidden = active && (inside.length > 0 || holder.classList.contains("part")) && inside.every((line) => line.hidden);
    }
    count.textContent = active ? (shown ? `${shown} of ${lines.length} lines` : "No line matches") : `${lines.length} lines`;
  };

  const go = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { return; }
    const target = id && document.getElementById(id);
    if (!target) return;
    if (target.closest("[hidden]")) { form.reset(); narrow(); }
    for (let box = target; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
    target.scrollIntoView();
    (target.tagName === "DETAILS" ? target.querySelector("summary") : target).focus({ preventScroll: true });
  };

  let waiting = 0;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(narrow, 80); });
  form.addEventListener("reset", () => setTimeout(narrow));
  form.addEventListener("submit", (event) => { event.preventDefault(); narrow(); });
  addEventListener("hashchange", go);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) go();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      query.focus();
    }
  });
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const box of closed) box.open = true;
  });
  addEventListener("afterprint", () => { for (const box of closed) box.open = false; });

  document.getElementById("filters").hidden = false;
  count.textContent = `${all("[data-line]").length} lines`;
  if (window.matchMedia && matchMedia("(max-width: 68rem)").matches) document.querySelector("nav details").open = false;
  go();
})();
