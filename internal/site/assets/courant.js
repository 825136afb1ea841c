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

const make = (name, properties) => Object.assign(document.createElement(name), properties);

// Where the strip does not fit it is stepped through. It never moves by itself.
const stepped = (strip) => {
  const steps = [-1, 1].map((way) => make("button", {
    type: "button", hidden: true, className: way < 0 ? "step prior" : "step", ariaLabel: way < 0 ? "Back along the strip" : "On along the strip",
    onclick: () => strip.scrollBy({ left: way * 0.8 * strip.clientWidth }),
  }));
  const turn = () => {
    const room = strip.scrollWidth - strip.clientWidth;
    steps.forEach((step, n) => {
      step.hidden = room < 2;
      step.ariaDisabled = n ? strip.scrollLeft > room - 2 : strip.scrollLeft < 2;
    });
  };
  strip.after(...steps);
  strip.addEventListener("scroll", turn, { passive: true });
  new ResizeObserver(turn).observe(strip);
};

// The reader's own list. It is kept in this browser; its values are read from the paper's boards, which tells nobody what is on it.
const stored = "courant-list", most = 50;
const listed = () => {
  try {
    return JSON.parse(localStorage[stored]).filter((key) => /^\/markets\/(currencies|shares)\//.test(key)).slice(0, most);
  } catch {
    return [];
  }
};
const keyOf = (href) => {
  const to = new URL(href, location);
  to.searchParams.delete("as-of");
  return to.pathname + to.search;
};
const starOf = (key, name) => make("button", {
  type: "button", className: "star", ariaLabel: name + " on your list", value: key,
  onclick() {
    let all = listed();
    if (all.includes(key)) all = all.filter((other) => other !== key);
    else if (all.push(key) > most) return this.after(make("small", { role: "alert", textContent: "Your list is full: it holds " + most + "." }));
    try {
      localStorage[stored] = JSON.stringify(all);
    } catch {
      return this.after(make("small", { role: "alert", textContent: "This browser keeps no list." }));
    }
    starred();
  },
});

const boards = new Map();
const boardOf = (key) => {
  const to = new URL(key, location), base = to.searchParams.get("base");
  const path = to.pathname.startsWith("/markets/shares/") ? "/markets/shares/" : "/markets/" + (base ? "?base=" + base : "");
  if (!boards.has(path)) boards.set(path, path === location.pathname + location.search ? Promise.resolve(document) : new Promise((done) => {
    const ask = new XMLHttpRequest();
    ask.open("GET", path);
    ask.responseType = "document";
    ask.onloadend = () => done(ask.response);
    ask.send();
  }));
  return boards.get(path);
};
const rowOf = (key) => {
  const to = new URL(key, location), base = to.searchParams.get("base"), name = (base ? base + "/" : "") + to.pathname.split("/").pop();
  const row = make("tr"), head = make("th", { scope: "row" }), link = make("a", { href: key });
  link.append(make("b", { textContent: name }));
  head.append(starOf(key, name), link);
  row.append(head);
  boardOf(key).then((board) => {
    const found = board?.querySelector('table.whole th a[href="' + CSS.escape(key) + '"]')?.closest("tr");
    if (!found) return row.append(make("td", { className: "num", colSpan: 2, textContent: board ? "not quoted" : "not to be had now" }));
    link.append(" ", document.importNode(found.querySelector("th a span"), true));
    row.append(...[1, 2].map((n) => document.importNode(found.cells[n], true)));
    turn();
  });
  return row;
};

const yours = document.querySelector(".yours");
const starred = () => {
  const all = listed();
  if (yours && yours.dataset.keys !== all.join(" ")) {
    const within = yours.contains(document.activeElement);
    yours.dataset.keys = all.join(" ");
    yours.hidden = !all.length;
    yours.querySelector("tbody").replaceChildren(...all.map(rowOf));
    if (within) document.querySelector(all.length ? ".yours h2" : "main [name=q]").focus();
  }
  for (const star of document.querySelectorAll(".star")) star.ariaPressed = all.includes(star.value);
};
for (const link of document.querySelectorAll("table.whole th[scope=row]>a:first-child")) link.before(starOf(keyOf(link.href), link.querySelector("b").textContent));
for (const value of document.querySelectorAll("[data-star]")) value.append(starOf(keyOf(value.dataset.star), document.querySelector("h1").textContent));
starred();
addEventListener("storage", starred);

for (const strip of document.querySelectorAll(".ticker ul")) stepped(strip);

const found = document.getElementById("found");
if (found) search(document.querySelector("main [name=q]"), found);
for (const figure of document.querySelectorAll(".course .chart")) probe(figure);

// A page that shows the present stays current.
