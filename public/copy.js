// Adds a “Copy” button to each secret that a page shows once: a token, a set-up link.
for (const secret of document.querySelectorAll("input.secret")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    secret.select();
    try {
      await navigator.clipboard.writeText(secret.value);
      button.textContent = "Copied";
    } catch {
      // Without HTTPS, a browser has no clipboard; the text is selected.
      button.textContent = "Selected: press Ctrl+C";
    }
  });
  secret.after(button);
}

// Writes a scenario of a person that is saved on the what-if page to the prediction log.
document.addEventListener("click", (event) => {
  const form = document.querySelector("form.scenario");
  const button = event.target.closest?.(".scenarios button.button");
  if (!form || !button || !form.elements.person?.value) return;
  fetch(`${location.pathname}/scenario`, { method: "POST", body: new URLSearchParams(new FormData(form)) });
}, true);
