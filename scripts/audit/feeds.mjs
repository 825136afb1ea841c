// Holds the feeds, the calendars and the sitemaps of a served paper to their formats: by RELAX NG grammars beside this file, read by libxml2,
// and by what no grammar can say: that names are unique, addresses whole and as the feed is reached, times in order, that what
// is packed as HTML is well-formed, that a reply can be asked for again by its tag and by HEAD.
//
//   node feeds.mjs http://127.0.0.1:8080
//
// It does not ask how readers show a feed, nor whether a hub takes its part.

import { readFileSync } from "node:fs";
import { validateXML } from "xmllint-wasm";
import { end, found, get, base, here, sample, want } from "./served.mjs";

const grammar = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const grammars = { atom: grammar("atom.rng"), rss: grammar("rss.rng"), sitemap: grammar("sitemap.rng") };

// valid asks libxml2 whether a text follows a grammar.
async function valid(path, body, name) {
  const said = await validateXML({
    xml: [{ fileName: "read.xml", contents: body }], schema: [grammars[name]], extension: "relaxng", initialMemoryPages: 512, maxMemoryPages: 4096,
  });
  want(said.valid, path, `it is not valid: ${said.errors.slice(0, 3).map((e) => e.message.replace(/^.*?: /, "")).join("; ")}`);
}

const every = (body, pattern) => [...body.matchAll(pattern)].map((m) => m[1]);
const unique = (list) => new Set(list).size === list.length;

// repeats asks again for what was read: by its tag, and without its body.
async function repeats(path, headers) {
  const tag = headers.get("etag");
  want(tag, path, "it has no ETag");
  if (tag) {
    const again = await fetch(base + path, { headers: { "If-None-Match": tag } });
    want(again.status === 304, path, `asked again by its tag it answers ${again.status}`);
  }
  const head = await fetch(base + path, { method: "HEAD" });
  want(head.status === 200 && head.headers.get("content-type") === headers.get("content-type"), path, `to HEAD it answers ${head.status} ${head.headers.get("content-type")}`);
  want(headers.get("access-control-allow-origin") === "*", path, "scripts of other sites may not read it");
}

// hubs holds the header to what the feed says of its hub and of itself, as WebSub wants.
function hubs(path, headers, hub, self) {
  if (!hub) return;
  const link = headers.get("link") ?? "";
  want(link.includes(`<${hub}>; rel="hub"`) && link.includes(`<${self}>; rel="self"`), path, `the header Link does not name the hub and the feed: ${link}`);
}

async function atom(path) {
  const { body, headers, ok } = await get(path);
  if (!ok) return;
  want(headers.get("content-type") === "application/atom+xml; charset=utf-8", path, `it is served as ${headers.get("content-type")}`);
  await valid(path, body, "atom");
  const [head, ...entries] = body.split("<entry");
  const self = every(head, /<link rel="self"[^>]* href="([^"]+)"/g);
  want(self.length === 1 && here(self[0]) === path, path, `it says that it stands at ${self}`);
  want(/<author>/.test(head) || entries.every((e) => /<author>/.test(e)), path, "neither the feed nor each entry has an author");
  want(unique(entries.map((e) => every(e, /<id>([^<]+)</g)[0])), path, "two entries have one id");
  for (const e of entries) {
    const [published] = every(e, /<published>([^<]+)</g), [updated] = every(e, /<updated>([^<]+)</g);
    want(!published || Date.parse(published) <= Date.parse(updated), path, `an entry was updated ${updated}, before it was published ${published}`);
    want(/<link rel="alternate"/.test(e) || /<content/.test(e), path, "an entry has neither a content nor an alternate");
  }
  hubs(path, headers, every(head, /<link rel="hub" href="([^"]+)"/g)[0], self[0]);
  await repeats(path, headers);
}

async function rss(path) {
  const { body, headers, ok } = await get(path);
  if (!ok) return;
  want(headers.get("content-type") === "application/rss+xml; charset=utf-8", path, `it is served as ${headers.get("content-type")}`);
  await valid(path, body, "rss");
  const self = every(body, /<atom:link rel="self"[^>]* href="([^"]+)"/g);
  want(self.length === 1 && here(self[0]) === path, path, `it says that it stands at ${self}`);
  want(unique(every(body, /<guid[^>]*>([^<]+)</g)), path, "two items have one guid");
  for (const date of every(body, /<(?:pubDate|lastBuildDate)>([^<]+)</g)) want(!Number.isNaN(Date.parse(date)), path, `${date} is no day`);
  hubs(path, headers, every(body, /<atom:link rel="hub" href="([^"]+)"/g)[0], self[0]);
  await repeats(path, headers);
}

const whole = (text) => typeof text === "string" && /^https?:\/\/\S+$/.test(text);
const moment = (text) => typeof text === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));

// What JSON Feed 1.1 (jsonfeed.org/version/1.1) knows of a feed, an item and an author: what it must be, and where it is a must.
const members = {
  feed: {
    version: [(v) => v === "https://jsonfeed.org/version/1.1", true], title: [(v) => typeof v === "string" && v, true], home_page_url: [whole], feed_url: [whole],
    description: ["string"], user_comment: ["string"], next_url: [whole], icon: [whole], favicon: [whole], authors: [Array.isArray], language: ["string"], expired: ["boolean"],
    hubs: [(v) => Array.isArray(v) && v.every((h) => h.type === "WebSub" && whole(h.url))], items: [Array.isArray, true],
  },
  item: {
    id: [(v) => typeof v === "string" && v, true], url: [whole], external_url: [whole], title: ["string"], content_html: ["string"], content_text: ["string"], summary: ["string"],
    image: [whole], banner_image: [whole], date_published: [moment], date_modified: [moment], authors: [Array.isArray], tags: [(v) => Array.isArray(v) && v.every((t) => typeof t === "string")],
    language: [(v) => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(v)], attachments: [Array.isArray],
  },
  author: { name: ["string"], url: [whole], avatar: [whole] },
};

function hold(path, kind, value) {
  const one = kind === "feed" ? "a feed" : `an ${kind}`;
  for (const [name, [right, must]] of Object.entries(members[kind])) {
    if (value[name] === undefined) {
      want(!must, path, `${one} has no ${name}`);
      continue;
    }
    want(typeof right === "string" ? typeof value[name] === right : right(value[name]), path, `the ${name} of ${one} is ${JSON.stringify(value[name])?.slice(0, 80)}`);
  }
  for (const name of Object.keys(value)) want(name in members[kind] || name.startsWith("_"), path, `${one} has ${name}, which JSON Feed does not know`);
}

async function json(path) {
  const { body, headers, ok } = await get(path);
  if (!ok) return;
  want(headers.get("content-type") === "application/feed+json; charset=utf-8", path, `it is served as ${headers.get("content-type")}`);
  let feed;
  try {
    feed = JSON.parse(body);
  } catch (problem) {
    return found(path, `it is no JSON: ${problem.message}`);
  }
  hold(path, "feed", feed);
  want(whole(feed.feed_url) && here(feed.feed_url) === path, path, `it says that it stands at ${feed.feed_url}`);
  for (const i of feed.items ?? []) {
    hold(path, "item", i);
    want(i.content_html !== undefined || i.content_text !== undefined, path, "an item has no content");
    for (const a of i.authors ?? []) hold(path, "author", a);
  }
  want(unique((feed.items ?? []).map((i) => i.id)), path, "two items have one id");
  hubs(path, headers, feed.hubs?.[0]?.url, feed.feed_url);
  await repeats(path, headers);
}

async function sitemap(path, most, young) {
  const { body, ok } = await get(path);
  if (!ok) return;
  await valid(path, body, "sitemap");
  const all = every(body, /<loc>([^<]+)<\/loc>/g);
  want(all.length <= most, path, `it holds ${all.length} addresses, and may hold ${most}`);
  want(unique(all), path, "it names an address twice");
  want(new Set(all.map((a) => new URL(a).origin)).size <= 1, path, "it names addresses of several hosts");
  for (const date of every(body, /<news:publication_date>([^<]+)</g)) want(Date.now() - Date.parse(date) < young, path, `it holds a story of ${date}, which is older than two days`);
}

const lists = new Set(["", "/corrections"]);
for (const path of await sample(5)) {
  const kind = path.split("/")[1];
  if (["sections", "authors"].includes(kind)) lists.add(path);
  if (/^\/\d{4}\/\d\d\/\d\d\/[^/]+$/.test(path)) {
    const { body } = await get(path);
    for (const topic of every(body, /href="(\/topics\/[a-z0-9-]+)"/g)) lists.add(topic);
  }
}
// calendar holds a calendar to RFC 5545: how lines end, how long they are, and what an event must have.
async function calendar(path) {
  const { body, headers, ok } = await get(path);
  if (!ok) return;
  want(headers.get("content-type") === "text/calendar; charset=utf-8", path, `it is served as ${headers.get("content-type")}`);
  want(body.endsWith("\r\n") && !/(^|[^\r])\n|\r([^\n]|$)/.test(body), path, "a line does not end in CR and LF");
  for (const line of body.split("\r\n")) want(Buffer.byteLength(line) <= 75, path, `a line has more than 75 octets: ${line}`);
  const lines = body.replaceAll("\r\n ", "").split("\r\n");
  want(lines[0] === "BEGIN:VCALENDAR" && lines.at(-2) === "END:VCALENDAR", path, "it does not begin and end as a calendar");
  for (const line of lines.slice(0, -1)) want(/^[A-Z-]+(;[A-Z-]+=[^:;]+)*:/.test(line), path, `it is no content line: ${line}`);
  const of = (name) => lines.filter((l) => l.startsWith(name));
  want(of("BEGIN:VEVENT").length > 0 && of("UID:").length === of("BEGIN:VEVENT").length && unique(of("UID:")), path, "an event has no name, or two have one");
  want(of("DTSTAMP:").length === of("BEGIN:VEVENT").length && of("DTSTART;VALUE=DATE:").length === of("BEGIN:VEVENT").length, path, "an event has no day, or does not say of when it is told");
  await repeats(path, headers);
}

const { dossiers } = JSON.parse((await get("/api/v1/dossiers")).body);
for (const d of dossiers) {
  lists.add("/dossiers").add(d.path);
  const { timeline } = JSON.parse((await get(`/api${d.path.replace("/", "/v1/")}`)).body);
  if (timeline.some((e) => e.when.length === "2006-01-02".length)) await calendar(`${d.path}/events.ics`);
}
for (const list of lists) {
  await atom(`${list}/feed.atom`);
  await rss(`${list}/feed.rss`);
  await json(`${list}/feed.json`);
}
await sitemap("/sitemap.xml", 50_000);
await sitemap("/news-sitemap.xml", 1000, 49 * 3600 * 1000);
const robots = await get("/robots.txt");
for (const name of ["sitemap.xml", "news-sitemap.xml"]) want(new RegExp(`^Sitemap: https?://\\S+/${name}$`, "m").test(robots.body), "/robots.txt", `it does not name ${name} by its whole address`);
const llms = await get("/llms.txt");
want(/^# .+\n\n> .+\n/.test(llms.body), "/llms.txt", "it does not begin with a title and a quotation, as llmstxt.org wants");
for (const address of every(llms.body, /\]\((\S+)\)/g)) await get(here(address));
end("feeds, calendars, sitemaps, robots.txt and llms.txt");
