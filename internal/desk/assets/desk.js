// The desk's editor. Without it the same form saves and previews by its buttons; with it nothing typed is ever only here.
const form = document.querySelector("form.editor");
if (form) edit(form);

function edit(form) {
  const text = form.elements.body;
  const said = form.querySelector(".kept");
  const preview = document.querySelector("iframe.preview");
  const local = "courant " + form.dataset.writer + form.dataset.keep; // where the browser keeps what the desk has not confirmed
  form.classList.add("alive");

  const say = (words, problem) => {
    said.textContent = words;
    said.classList.toggle("problem", Boolean(problem));
  };
  const fields = () => {
    const data = new URLSearchParams(new FormData(form));
    data.delete("act");
    return data;
  };
  const clock = () => new Date().toLocaleTimeString("en-GB");

  // Keeping: the browser at once, the desk after a pause. One request at a time, so that the copies come in order.
  let pause, asking = false, changed = false, stopped = false, attempts = 0, saveBy;
  const typed = () => {
    changed = true;
    try {
      localStorage.setItem(local, fields().toString());
    } catch {} // full, or forbidden: the desk keeps it all the same
    later(350);
  };
  const later = (ms) => {
    clearTimeout(pause);
    pause = setTimeout(keep, ms);
  };
  const keep = async () => {
    if (asking || stopped || !changed) return;
    asking = true;
    changed = false;
    const sent = fields();
    let again = 350; // until what was typed meanwhile is kept; 0: only when something else is typed
    try {
      const reply = await fetch(form.dataset.keep, { method: "POST", body: sent });
      if (reply.status === 409) {
        stopped = true;
        changed = true;
        return say("Not kept: you went on writing this story in another window. Save here to see both.", true);
      }
      if (reply.status === 401 || reply.status === 403) {
        changed = true;
        again = 5000;
        return say("Not kept at the desk: you are signed out. Sign in in another window; what you type stays in this browser.", true);
      }
      if (!reply.ok) {
        const words = await reply.text();
        changed = true;
        again = reply.status < 500 ? 0 : 5000; // what is refused once is refused again
        return say(reply.status === 400 ? words : "The desk does not take it just now; it stays in this browser.", true);
      }
      form.elements.kept.value = await reply.text();
      attempts = 0;
      say("Kept at " + clock());
      if (!changed) localStorage.removeItem(local);
      show();
    } catch {
      changed = true;
      say("The desk cannot be reached; what you type stays in this browser.", true);
      again = Math.min(30000, 1000 * 2 ** attempts++);
    } finally {
      asking = false;
      if (saveBy) form.requestSubmit(saveBy);
      else if (changed && !stopped && again) later(again);
    }
  };
  form.addEventListener("input", typed);
  form.addEventListener("submit", (e) => {
    stopped = true; // the desk answers with what became of it
    changed = false;
    if (!asking) return;
    e.preventDefault(); // what is being kept comes first, else it would stay behind as a copy of what is saved
    saveBy = e.submitter;
  });
  addEventListener("pageshow", (e) => {
    if (e.persisted) location.reload(); // the browser had put the page by: the desk knows better what is kept
  });
  addEventListener("pagehide", () => {
    if (changed && !stopped) navigator.sendBeacon(form.dataset.keep, fields());
  });
  addEventListener("beforeunload", (e) => {
    if (changed || asking) e.preventDefault();
  });

  const counts = ["kept", "based-on", "reason"]; // fields that are no part of the story

  // What the browser still has from last time, because the desk did not confirm it.
  const content = (all) => {
    const some = new URLSearchParams(all);
    counts.forEach((name) => some.delete(name));
    return some.toString();
  };
  if (new URLSearchParams(location.search).get("said") === "saved") localStorage.removeItem(local);
  const left = localStorage.getItem(local);
  if (left && content(left) !== content(fields())) offer(new URLSearchParams(left));
  else localStorage.removeItem(local);
  function offer(before) {
    const bar = document.createElement("p");
    bar.className = "said";
    bar.setAttribute("role", "status");
    bar.append("This browser has words of yours that did not reach the desk. ");
    const take = document.createElement("button");
    take.type = "button";
    take.textContent = "Take them";
    take.addEventListener("click", () => {
      for (const name of new Set(before.keys())) {
        if (counts.includes(name)) continue;
        const values = before.getAll(name);
        form.querySelectorAll(`[name="${name}"]`).forEach((field, i) => (field.value = values[i] ?? ""));
      }
      bar.remove();
      typed();
    });
    const drop = document.createElement("button");
    drop.type = "button";
    drop.textContent = "Drop them";
    drop.addEventListener("click", () => {
      localStorage.removeItem(local);
      bar.remove();
    });
    bar.classList.add("row-form");
    bar.append(take, drop);
    form.before(bar);
  }

  // The preview is the true page, drawn by the desk of what it keeps.
  let drawn;
  const show = () => {
    if (!preview || preview.offsetParent === null) return;
    clearTimeout(drawn);
    drawn = setTimeout(() => {
      const y = preview.contentWindow?.scrollY ?? 0;
      preview.addEventListener("load", () => preview.contentWindow.scrollTo(0, y), { once: true });
      preview.contentWindow.location.replace(preview.dataset.page);
      marks();
    }, 250);
  };
  const list = document.querySelector("ul.marks");
  const marks = async () => {
    if (!list) return;
    const reply = await fetch(list.dataset.marks).catch(() => null);
    if (!reply?.ok) return;
    const found = await reply.json();
    list.replaceChildren(...found.map((m) => {
      const li = document.createElement("li");
      const b = document.createElement("b");
      b.textContent = m.text;
      b.classList.toggle("bad", m.bad);
      li.append(b, m.said);
      return li;
    }));
    list.hidden = found.length === 0;
  };

  // Tools insert as typing does, so that Undo takes it back.
  const insert = (words, from = text.selectionStart, to = text.selectionEnd) => {
    text.focus();
    text.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, words)) {
      text.setRangeText(words, from, to, "end");
      typed();
    }
  };
  for (const tool of form.querySelectorAll(".tools button")) {
    tool.addEventListener("click", () => {
      const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
      const { before = "", after = "" } = tool.dataset;
      insert(before.replaceAll("\\n", "\n") + chosen + after);
      if (!chosen && after) text.setSelectionRange(text.selectionStart - after.length, text.selectionStart - after.length);
      if (tool.dataset.pick !== undefined) pick();
    });
  }

  // Pasted from a word processor: links, emphasis, headings and lists become Markdown, all else plain text.
  const policy = globalThis.trustedTypes?.createPolicy("courant-paste", { createHTML: (s) => s });
  text.addEventListener("paste", (e) => {
    const html = e.clipboardData.getData("text/html");
    if (!html || !/<(a|b|strong|i|em|h[1-6]|li|p)\b/i.test(html)) return;
    // A parsed document runs nothing and fetches nothing; it is read, not shown.
    const page = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
    e.preventDefault();
    insert(markdown(page.body).replace(/\n{3,}/g, "\n\n").trim());
  });
  function markdown(node, inList) {
    let out = "";
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        out += child.data.replace(/\s+/g, " ");
        continue;
      }
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      const words = markdown(child, child.tagName === "OL" ? "1. " : child.tagName === "UL" ? "- " : inList);
      const style = child.style ?? {};
      switch (child.tagName) {
        case "SCRIPT": case "STYLE": case "HEAD": break;
        case "BR": out += "\n"; break;
        case "A": out += /^https?:/.test(child.href) && words.trim() ? `[${words.trim()}](${child.href})` : words; break;
        case "B": case "STRONG": out += style.fontWeight === "normal" || !words.trim() ? words : `**${words.trim()}**`; break;
        case "I": case "EM": out += words.trim() ? `*${words.trim()}*` : words; break;
        case "H1": case "H2": case "H3": case "H4": case "H5": case "H6": out += `\n\n## ${words.trim()}\n\n`; break;
        case "LI": out += `\n${inList ?? "- "}${words.trim()}`; break;
        case "BLOCKQUOTE": out += `\n\n> ${words.trim()}\n\n`; break;
        case "P": case "DIV": case "UL": case "OL": case "TR": out += `\n\n${words.trim()}\n\n`; break;
        default: out += words;
      }
    }
    return out;
  }

  // The picker of figures: a slash behind a space, or two braces, opens it; what is typed then narrows it.
  const picks = document.querySelector("ul.picks");
  let begin = -1, asked = 0, chosen = 0, options = [];
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", picks.id);
  const shut = () => {
    asked++; // an answer that is still on its way comes too late
    begin = -1;
    picks.hidden = true;
    text.removeAttribute("aria-activedescendant");
  };
  const pick = async () => {
    const before = text.value.slice(0, text.selectionStart);
    const open = /(^|[\s(])\/([^\n/]{0,60})$|\{\{([^{}\n]{0,80})$/.exec(before);
    if (!open) return shut();
    begin = open[3] === undefined ? before.length - open[2].length - 1 : before.length - open[3].length - 2;
    const query = open[3] ?? open[2], number = ++asked;
    picks.ariaBusy = "true"; // what it offers answers what stood there before: it cannot be taken
    const reply = await fetch(form.dataset.figures + "?" + new URLSearchParams({ q: query })).catch(() => null);
    const found = reply?.ok ? await reply.json() : [];
    if (number !== asked) return;
    picks.ariaBusy = "false";
    options = found;
    chosen = 0;
    if (options.length === 0) return shut();
    picks.replaceChildren(...options.map((o, i) => {
      const li = document.createElement("li");
      li.id = "pick-" + i;
      li.setAttribute("role", "option");
      const label = document.createElement("span"), value = document.createElement("b"), source = document.createElement("small");
      label.textContent = o.label;
      value.textContent = o.value;
      source.textContent = o.source;
      li.append(label, value, source);
      li.addEventListener("pointerdown", (e) => {
        e.preventDefault();
        take(i);
      });
      return li;
    }));
    picks.hidden = false;
    mark(0);
  };
  const mark = (i) => {
    chosen = (i + options.length) % options.length;
    [...picks.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === chosen)));
    picks.children[chosen].scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", "pick-" + chosen);
  };
  const take = (i) => {
    if (picks.ariaBusy === "true") return;
    const { insert: words } = options[i], from = begin;
    shut();
    insert(words, from, text.selectionStart);
  };
  text.addEventListener("input", pick);
  text.addEventListener("blur", shut);
  text.addEventListener("keydown", (e) => {
    if (picks.hidden) return;
    if (e.key === "ArrowDown") mark(chosen + 1);
    else if (e.key === "ArrowUp") mark(chosen - 1);
    else if (e.key === "Enter" || e.key === "Tab" && picks.ariaBusy === "false") take(chosen);
    else if (e.key === "Escape") shut();
    else return;
    e.preventDefault();
  });
  shut();
  show();
}
