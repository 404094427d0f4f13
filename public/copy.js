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
