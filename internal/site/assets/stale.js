// A page left open turns its numbers stale by itself: each bears the moment until which it counts as current.
const turn = () => {
  const now = Date.now();
  for (const value of document.querySelectorAll("data[data-until]")) {
    if (Date.parse(value.dataset.until) > now) continue;
    value.removeAttribute("data-until");
    value.classList.add("stale");
    value.title = "No longer current: nothing newer had come when this page was opened.";
  }
};
turn();
setInterval(turn, 60000);
document.addEventListener("visibilitychange", turn);
