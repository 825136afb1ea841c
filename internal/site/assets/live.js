// Keeps an open page current: docs/live.md. The places of a cell, as in follow.go: selector, attribute or else text.
const part = name => `[data-part=${name}]`;
const places = [["data"], ["data", "value"], ["data", "data-until"], [".bound," + part("number"), "href"], [".move"], [".move", "class"],
  [".move", "title"], ["li>a", "title"], [part("by")], [part("since")], [part("source")], [part("how")], [part("agree")],
  ["time:first-of-type"], ["time:first-of-type", "datetime"], ["time:first-of-type", "title"], ["time~time"], ["time~time", "datetime"]];

const parts = [...document.querySelectorAll("[data-live]")];
const topics = new Map(parts.map(p => p.dataset.live.split("@")));
const of = topic => parts.filter(p => p.dataset.live.split("@")[0] === topic);
const word = document.querySelector(".pulse span");
const button = document.querySelector(".pulse button");
const fresh = document.querySelector(".fresh");
const waiting = new Map();
const stored = "courant-paused";
let source, last, timer, told, failed = 0, asked = 0;
let paused = false;
try { paused = !!localStorage[stored]; } catch {}

const say = text => { if (word && word.textContent !== text) word.textContent = text; };

const make = (name, properties) => Object.assign(document.createElement(name), properties);

const tell = text => {
  if (!fresh || fresh.textContent.startsWith(text)) return;
  fresh.replaceChildren(text + " ", make("a", { href: location.href, textContent: "Load it again" }), " ",
    make("button", { type: "button", textContent: "Later", onclick: () => fresh.replaceChildren() }));
};

const flag = (row, flags) => {
  const old = [...row.querySelectorAll(".flag")];
  if (old.map(f => f.textContent).join() === flags.map(f => f[0]).join()) return;
  old.forEach(f => f.remove());
  row.querySelector("th").append(...flags.flatMap(([textContent, title, href, doubt]) =>
    [" ", make(href ? "a" : "span", { className: doubt ? "flag doubt" : "flag", textContent, title, ...href && { href } })]));
};

const show = (row, cell) => {
  row.classList.toggle("gone", cell === null);
  if (cell === null) return;
  if (typeof cell === "string") row.textContent = cell;
  else if (cell.lines) row.replaceChildren(...cell.lines.map(textContent => make("p", { className: "source", textContent })));
  else cell.forEach((text, i) => {
    if (text === null) return;
    if (Array.isArray(text)) return flag(row, text);
    const [where, attribute] = places[i];
    for (const e of row.querySelectorAll(where)) {
      if (attribute) {
        text ? e.setAttribute(attribute, text) : e.removeAttribute(attribute);
      } else {
        e.hidden = !text;
        if (e.textContent === text) continue;
        e.textContent = text;
        if (i) continue;
        e.classList.add("changed");
        e.onanimationend = () => e.classList.remove("changed");
      }
    }
    if (i === 2 && text) row.querySelectorAll("data.stale").forEach(e => { e.classList.remove("stale"); e.title = ""; });
  });
};

const put = ([topic, key, cell]) => {
  const selected = getSelection();
  for (const p of of(topic)) {
    if (key[0] === "!") {
      const note = key.slice(1);
      if (!cell || p.dataset[note] === cell[0]) continue;
      p.dataset[note] = cell[0];
      if (!told) tell(told = cell[1]); // the first is the most important
      continue;
    }
    for (const row of [p, ...p.querySelectorAll("[data-row]")]) {
      if (row.dataset.row !== key) continue;
      if (!selected.isCollapsed && selected.containsNode(row, true)) waiting.set(topic + key, [topic, key, cell]);
      else show(row, cell);
    }
  }
};

const paint = ({ topic, whole, cells }) => {
  if (whole) for (const p of of(topic)) for (const r of p.querySelectorAll("[data-row]")) if (!(r.dataset.row in cells)) r.classList.add("gone");
  told = "";
  for (const key in cells) {
    waiting.delete(topic + key);
    put([topic, key, cells[key]]);
  }
};

document.addEventListener("selectionchange", () => {
  if (!waiting.size || !getSelection().isCollapsed) return;
  const all = [...waiting.values()];
  waiting.clear();
  all.forEach(put);
});

const close = () => {
  timer = clearTimeout(timer);
  if (source) source.close();
  source = null;
};

// Without a stream it asks, and after a while for a stream again.
const ids = new Map();
const poll = async () => {
  let every = 15;
  const now = timer;
  try {
    for (const topic of topics.keys()) {
      for (let more = true; more;) {
        const id = ids.get(topic);
        const reply = await fetch(`/stream/${topic}${id ? "/" + id : ""}.json`);
        const said = await reply.json();
        if (now !== timer) return;
        every = said.every || every;
        more = reply.ok && id || reply.status === 410;
        if (reply.ok) { ids.set(topic, said.id); paint(said); } else ids.delete(reply.status === 410 && topic);
      }
    }
    say("Delayed");
  } catch {
    say("Reconnecting");
  }
  if (now === timer) timer = setTimeout(++asked % 20 ? poll : open, every * 1000 * (1 + Math.random() / 2));
};

const open = () => {
  close();
  if (paused || document.hidden) return;
  const names = [...topics].map(([topic, version]) => last || !version ? topic : topic + "@" + version).join();
  source = new EventSource(`/stream?topics=${encodeURIComponent(names)}${last ? "&after=" + last : ""}`);
  source.onopen = () => { clearTimeout(timer); failed = 0; say("Live"); };
  source.onmessage = e => { last = e.lastEventId || last; paint(JSON.parse(e.data)); };
  source.onerror = () => {
    if (source.readyState === 2 || ++failed > 4) {
      close();
      timer = setTimeout(poll, 1000 * Math.random());
    } else if (failed === 1) timer = setTimeout(() => say("Reconnecting"), 5000);
  };
};

const turn = () => {
  if (button) button.textContent = paused ? "Resume" : "Pause";
  if (paused) { close(); say("Paused"); } else open();
};

if (button) {
  button.disabled = false;
  button.onclick = () => {
    paused = !paused;
    try { paused ? localStorage[stored] = 1 : localStorage.removeItem(stored); } catch {}
    word.setAttribute("role", "status");
    turn();
  };
}
if (parts.length) {
  document.addEventListener("visibilitychange", () => document.hidden ? close() : turn());
  turn();
}
