// <courant-rate pair="EUR/USD">: the present rate instead of what stands within, which stays where there is none. See /embed.
const replies = new Map();

// What several ask is fetched once.
const reply = (address) => {
  if (!replies.has(address)) {
    const asked = fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
    replies.set(address, asked.then((r) => r.ok && r.json()));
  }
  return replies.get(address);
};

// Midnight UTC means the day.
const moment = (text) => {
  const day = text.endsWith("T00:00:00Z");
  const form = { timeZone: "UTC", dateStyle: "medium", timeStyle: day ? undefined : "short" };
  return new Date(text).toLocaleString("en-GB", form).replace("Sept", "Sep") + (day ? "" : " UTC");
};

class Rate extends HTMLElement {
  connectedCallback() {
    const pair = (this.getAttribute("pair") ?? "").toUpperCase().replace("/", "-");
    const asOf = this.getAttribute("as-of");
    if (!/^[A-Z]{3}-[A-Z]{3}$/.test(pair)) return;
    const at = (path, name) => {
      const address = new URL(path + pair, import.meta.url);
      if (asOf) address.searchParams.set(name, asOf);
      return address.href;
    };
    reply(at("/api/v1/rates/", "as_of")).then((r) => r && this.show(r, at("/rates/", "as-of"))).catch(() => {});
  }

  show(r, href) {
    const [base, quote] = r.pair.split("/");
    const { name, attribution } = r.sources.find((s) => s.id === r.source);
    const doubts = r.flags.filter((f) => f.doubt).map((f) => "; " + f.code).join("");
    const how = { cross: "Computed.", inverse: "Computed." }[r.how];
    const link = this.querySelector("a") ?? document.createElement("a");
    link.href = href;
    link.textContent = `${r.shown} ${quote} for one ${base} (${name}, ${moment(r.at)}${doubts})`;
    link.title = [`About ${moment(r.at)}, learnt ${moment(r.seen)}.`, how, attribution, ...r.flags.map((f) => f.text)].filter(Boolean).join(" ");
    this.replaceChildren(link);
  }
}

customElements.get("courant-rate") ?? customElements.define("courant-rate", Rate);
