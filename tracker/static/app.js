// Conveniences only: every page works without this file.
(() => {
  // The error summary takes the focus, so that the first thing read out is what went wrong.
  document.querySelector("[data-summary]")?.focus();

  // A form is sent once; the value of the button that was pressed is kept.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  // In the quick update: 1–3 choose, Ctrl+Enter saves.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-quick]");
    if (!form) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
    const typing = /^(text|number|textarea)$/.test(event.target.type ?? "");
    if (!typing && /^[1-3]$/.test(event.key)) {
      form.querySelectorAll("input[type=radio]")[event.key - 1].checked = true;
      event.preventDefault();
    }
  });

  // An opened update starts at its first field.
  document.querySelectorAll("details.act").forEach((details) => {
    details.addEventListener("toggle", () => {
      if (details.open) details.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
  });
})();
