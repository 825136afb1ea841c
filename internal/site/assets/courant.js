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

// The board and the charts answer at once; without this file their forms and tables say the same.
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ø", "o").replaceAll("ł", "l").trim();

const search = (field, found) => {
  const rows = [...document.querySelectorAll(".board tbody th")].map((head) => ({ row: head.parentNode, text: fold(head.querySelector("a").textContent) }));
  const sorts = document.querySelectorAll(".board thead a, .tally a[href*='/markets/']");
  let waiting;
  field.addEventListener("input", () => {
    const wanted = fold(field.value);
    let n = 0;
    for (const { row, text } of rows) {
      const hit = text.startsWith(wanted) || text.slice(3).includes(wanted);
      row.hidden = !hit;
      n += hit;
    }
    for (const body of document.querySelectorAll(".board tbody")) body.hidden = !body.querySelector("th:not(tr[hidden] th)");
    for (const link of sorts) {
      const to = new URL(link.href);
      wanted ? to.searchParams.set("q", field.value) : to.searchParams.delete("q");
      link.href = to;
    }
    clearTimeout(waiting);
    waiting = setTimeout(() => (found.textContent = (wanted ? n + " of " : "") + found.dataset.all), 400);
  });
};

const probe = (figure) => {
  const line = figure.querySelector("svg"), bar = figure.querySelector(".probe"), [field, said] = bar.children;
  const table = figure.parentNode.querySelector(".days"), heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows].reverse().map((row) => [...row.cells].map((cell) => cell.textContent));
  const times = [...table.querySelectorAll("time")].reverse().map((time) => Date.parse(time.dateTime));
  const last = times.length - 1, share = (n) => (times[n] - times[0]) / (times[last] - times[0]);
  const hair = document.createElementNS("http://www.w3.org/2000/svg", "line");
  hair.setAttribute("class", "hair");
  hair.setAttribute("y1", 28);
  hair.setAttribute("y2", 248);
  const show = () => {
    const [day, ...rest] = rows[field.value], source = rest.pop(), x = 100 * share(field.value) + "%";
    hair.setAttribute("x1", x);
    hair.setAttribute("x2", x);
    line.append(hair);
    said.textContent = day + ": " + rest.map((value, i) => (rest.length > 1 ? heads[i + 1] + " " : "") + value).join("; ") + ", " + source;
    field.ariaValueText = said.textContent;
  };
  field.max = last;
  field.value = last;
  bar.hidden = false;
  field.addEventListener("input", show);
  line.addEventListener("pointermove", (event) => {
    const box = line.getBoundingClientRect(), at = (event.clientX - box.left) / box.width;
    let best = 0;
    for (let n = 1; n <= last; n++) if (Math.abs(share(n) - at) < Math.abs(share(best) - at)) best = n;
    field.value = best;
    show();
  });
  said.textContent = "Move over the chart, or along it with the arrow keys.";
};

const found = document.getElementById("found");
if (found) search(document.querySelector("main [name=q]"), found);
for (const figure of document.querySelectorAll(".course .chart")) probe(figure);
