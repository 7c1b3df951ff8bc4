// Conveniences only: every page works without this file.
(() => {
  // The error summary takes the focus, so that the first thing read out is what went wrong; its links lead into the fields.
  const summary = document.querySelector("[data-summary]");
  summary?.focus();
  summary?.addEventListener("click", (event) => {
    const name = event.target.closest("a")?.hash.slice(1);
    const fields = name ? [...document.getElementsByName(name)] : [];
    const field = fields.find((one) => one.getAttribute("aria-invalid")) ?? fields.find((one) => one.offsetParent);
    if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: "center" }); }
  });

  // A form is sent once. Nothing is disabled, so the value of the button that was pressed goes with it.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // Too large a file is said before it is sent, while nothing that was typed can be lost.
  document.addEventListener("change", (event) => {
    const field = event.target.closest("input[type=file][data-most]");
    if (!field) return;
    const files = [...field.files];
    const wrong = files.length > Number(field.dataset.count) || files.some((file) => file.size > Number(field.dataset.most));
    field.setCustomValidity(wrong ? field.dataset.wrong : "");
    field.reportValidity();
  });

  // In the quick update: 1–3 choose, Ctrl+Enter saves. Escape closes a menu.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null, true);
    const form = event.target.closest?.("form[data-quick]");
    if (!form) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button:not([type=button])"));
    }
    const typing = /^(text|number|textarea)$/.test(event.target.type ?? "");
    if (!typing && /^[1-3]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const radio = form.querySelectorAll("input[type=radio]")[event.key - 1];
      radio.checked = true;
      radio.focus();
      event.preventDefault();
    }
  });

  // What is typed into an update survives a lost connection or a closed page: it is kept here, in this browser, for a
  // week, until the form is sent and the answer has come.
  // The page that says "saved" is the proof that it arrived: only then is the draft dropped.
  try {
    const sent = sessionStorage.getItem("sent");
    if (sent && document.documentElement.dataset.done === "1") { localStorage.removeItem(sent); sessionStorage.removeItem("sent"); }
  } catch { /* no storage in this browser */ }
  const WEEK = 7 * 24 * 3600 * 1000;
  const person = document.documentElement.dataset.person;
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    if (!person) return;
    const key = `draft:${person}:${form.dataset.draft}`;
    const fields = () => [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "file");
    const said = document.createElement("p");
    said.className = "small soft draft";
    said.setAttribute("role", "status");
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? "null");
      if (kept && Date.now() - kept.at > WEEK) localStorage.removeItem(key);
      else if (kept) {
        let filled = 0;
        fields().forEach((one) => {
          const value = kept.values[one.name];
          if (value === undefined) return;
          if (one.type === "radio" || one.type === "checkbox") {
            if (value === one.value && !one.checked) { one.checked = true; filled++; }
          } else if (!one.value) { one.value = value; filled++; }
        });
        if (filled) {
          said.textContent = form.ownerDocument.documentElement.dataset.draftText;
          const drop = document.createElement("button");
          drop.type = "button"; drop.className = "button quiet";
          drop.textContent = form.ownerDocument.documentElement.dataset.draftDrop;
          drop.addEventListener("click", () => { localStorage.removeItem(key); form.reset(); said.remove(); });
          said.append(" ", drop);
          form.append(said);
          const details = form.closest("details"); if (details) details.open = true;
        }
      }
      form.addEventListener("input", () => {
        const values = {};
        fields().forEach((one) => {
          if (one.type === "radio" || one.type === "checkbox") { if (one.checked) values[one.name] = one.value; }
          else if (one.value) values[one.name] = one.value;
        });
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
      });
      form.addEventListener("submit", () => sessionStorage.setItem("sent", key));
    } catch { /* no storage in this browser: the form works as it is */ }
  });
  // A menu closes when something else is pressed.
  function closeMenus(except, refocus) {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (menu === except) return;
      menu.open = false;
      if (refocus) menu.querySelector("summary").focus();
    });
  }
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]"), false));

  // One box ticks every box of its form with that name, and shows when only some are ticked.
  document.querySelectorAll("[data-all]").forEach((label) => {
    const all = label.querySelector("input"), form = label.closest("form");
    const boxes = [...form.querySelectorAll(`input[type=checkbox][name="${label.dataset.all}"]`)];
    const show = () => {
      const n = boxes.filter((one) => one.checked).length;
      all.checked = n === boxes.length;
      all.indeterminate = n > 0 && !all.checked;
    };
    all.addEventListener("change", () => { boxes.forEach((one) => { one.checked = all.checked; }); show(); });
    boxes.forEach((one) => one.addEventListener("change", show));
    // What the browser keeps when one comes back to the page.
    window.addEventListener("pageshow", show);
    label.hidden = false;
    show();
  });

  // An opened action starts at its first field.
  document.querySelectorAll("details.act").forEach((details) => {
    details.addEventListener("toggle", () => {
      if (details.open && !details.contains(document.activeElement?.closest("form"))) {
        details.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      }
    });
  });
})();
