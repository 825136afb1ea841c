import "./live.js";
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
  let rows, waiting;
  field.addEventListener("input", () => {
    rows ??= [...document.querySelectorAll(".board tbody th")].map((head) => ({ row: head.parentNode, text: fold(head.querySelector("a").textContent) }));
    const wanted = fold(field.value);
    let n = 0;
    for (const { row, text } of rows) {
      const hit = text.startsWith(wanted) || text.slice(3).includes(wanted);
      row.hidden = !hit;
      n += hit;
    }
    for (const body of document.querySelectorAll(".board tbody")) body.hidden = !body.querySelector("th:not(tr[hidden] th)");
    for (const link of document.querySelectorAll(".board thead a, .tally a[href*='/markets/']")) {
      const to = new URL(link.href);
      wanted ? to.searchParams.set("q", field.value) : to.searchParams.delete("q");
      link.href = to;
    }
    clearTimeout(waiting);
    waiting = setTimeout(() => (found.textContent = (wanted ? n + " of " : "") + found.dataset.all), 400);
  });
};

const probe = (figure) => {
  const chart = figure.querySelector("svg"), bar = figure.querySelector(".probe"), [field, said] = bar.children;
  const table = figure.parentNode.querySelector(".days"), last = table.tBodies[0].rows.length - 1;
  const hair = document.createElementNS("http://www.w3.org/2000/svg", "line");
  let rows;
  const read = () => {
    if (rows) return rows;
    const times = [...table.querySelectorAll("time")].map((time) => Date.parse(time.dateTime)), span = times[0] - times[last];
    rows = [...table.tBodies[0].rows].map((row, n) => ({ at: span && (times[n] - times[last]) / span, cells: [...row.cells].map((cell) => cell.textContent) })).reverse();
    return rows;
  };
  const show = () => {
    const { at, cells: [day, ...rest] } = read()[field.value], source = rest.pop(), heads = table.tHead.rows[0].cells;
    hair.setAttribute("class", "hair");
    for (const [name, value] of [["x1", 100 * at + "%"], ["x2", 100 * at + "%"], ["y1", 28], ["y2", 248]]) hair.setAttribute(name, value);
    chart.append(hair);
    said.textContent = day + ": " + rest.map((value, i) => (rest.length > 1 ? heads[i + 1].textContent + " " : "") + value).join("; ") + ", " + source;
    field.ariaValueText = said.textContent;
  };
  field.max = last;
  field.value = last;
  bar.hidden = false;
  field.addEventListener("input", show);
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect(), at = (event.clientX - box.left) / box.width;
    const away = (n) => Math.abs(rows[n].at - at);
    field.value = read().reduce((best, _, n) => (away(n) < away(best) ? n : best), 0);
    show();
  });
  said.textContent = "Move over the chart, or along it with the arrow keys.";
};

const found = document.getElementById("found");
if (found) search(document.querySelector("main [name=q]"), found);
for (const figure of document.querySelectorAll(".course .chart")) probe(figure);

// A page that shows the present stays current.
