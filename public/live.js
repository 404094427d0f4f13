// The page of an open job or cycle: takes over the parts that have changed whenever the server says so, until the work has ended.
const source = document.querySelector("[data-live]");
if (source) {
  const events = new EventSource(source.dataset.live);
  events.addEventListener("change", async () => {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("[data-live]")) {
      events.close();
      location.reload();
      return;
    }
    for (const old of document.querySelectorAll("[data-part]")) {
      const fresh = page.querySelector(`[data-part="${old.dataset.part}"]`);
      if (fresh && fresh.innerHTML !== old.innerHTML) old.replaceChildren(...fresh.childNodes);
    }
  });
}
