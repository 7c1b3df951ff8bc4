// The form of a unit's report: what is typed survives a lost connection or a closed page, kept in this browser for a week,
// field by field, until the page shows it saved. Without this file the form works all the same.
(() => {
  const form = document.querySelector("form[data-report]"), person = document.documentElement.dataset.person;
  if (!form || !person) return;
  const WEEK = 7 * 24 * 3600 * 1000, prefix = `report:${person}:${form.dataset.report}:`;
  const same = (a, b) => a.replace(/\r\n/g, "\n").trim() === b.replace(/\r\n/g, "\n").trim();
  const fields = [...form.querySelectorAll("textarea[name], .numbers input:not([type=checkbox])")];
  const bases = new Map(fields.map((one) => [one, one.defaultValue]));

  function note(field, text, kept, key) {
    const box = document.createElement("div");
    box.className = "kept"; box.setAttribute("role", "status");
    const head = document.createElement("p"); head.textContent = text; box.append(head);
    if (kept !== undefined) { const words = document.createElement("div"); words.textContent = kept; box.append(words); }
    const drop = document.createElement("button");
    drop.type = "button"; drop.className = "button quiet"; drop.textContent = form.dataset.drop;
    drop.addEventListener("click", () => { localStorage.removeItem(key); if (kept === undefined) field.value = bases.get(field); box.remove(); });
    box.append(drop);
    field.after(box);
  }

  try {
    fields.forEach((field) => {
      const key = prefix + field.name;
      const kept = JSON.parse(localStorage.getItem(key) ?? "null");
      if (kept && (Date.now() - kept.at > WEEK || same(kept.value, field.value))) localStorage.removeItem(key);
      // Where the saved text is the one it was typed upon, it goes back into its field; else both are shown.
      else if (kept && same(kept.base, field.value)) { field.value = kept.value; note(field, form.dataset.restored, undefined, key); }
      else if (kept) note(field, form.dataset.kept, kept.value, key);
      field.addEventListener("input", () => {
        try {
          if (same(field.value, bases.get(field))) localStorage.removeItem(key);
          else localStorage.setItem(key, JSON.stringify({ at: Date.now(), value: field.value, base: bases.get(field) }));
        } catch { /* too much for this browser: the page itself still has it */ }
      });
    });
  } catch { /* no storage in this browser: the form works as it is */ }

  // Too long a text is said while nothing is lost; nothing is ever cut.
  form.querySelectorAll("textarea[data-most]").forEach((field) => field.addEventListener("input", () => {
    field.setCustomValidity(field.value.length > Number(field.dataset.most) ? form.dataset.over : "");
  }));

  // Whoever leaves with something unsaved is asked.
  let sending = false;
  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && fields.some((field) => !same(field.value, bases.get(field)))) event.preventDefault();
  });
})();
