// Holds what the pages of a served paper tell machines to schema.org's vocabulary, the Open Graph protocol and oEmbed. The
// compiler of TypeScript is asked, with the types that schema-dts makes of schema.org's own definitions, whether each object
// has only properties that its type knows, of a kind that they allow; and what no type can say is asked here: that addresses are
// whole and lead somewhere, that moments are moments, and that a story has what search engines want of one.
//
//   node jsonld.mjs http://127.0.0.1:8080
//
// It does not ask whether what is said is true, nor what a search engine makes of it.

import ts from "typescript";
import { fileURLToPath } from "node:url";
import { base, end, found, get, here, sample, want } from "./served.mjs";

const unescaped = (text) => text.replace(/&(amp|lt|gt|quot|#34|#39);/g, (_, n) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#34": '"', "#39": "'" })[n]);

// metas are the meta elements of a page by their names, and links its link elements by their kinds.
function headOf(body) {
  const head = body.slice(0, body.indexOf("</head>"));
  const metas = new Map();
  for (const [, name, content] of head.matchAll(/<meta (?:property|name)="([^"]+)" content="([^"]*)">/g)) metas.set(name, [...(metas.get(name) ?? []), unescaped(content)]);
  const links = [...head.matchAll(/<link ([^>]+)>/g)].map(([, text]) => Object.fromEntries([...text.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, k, v]) => [k, unescaped(v)])));
  const data = [...body.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)].map(([, text]) => text);
  return { metas, links, data };
}

const whole = (text) => /^https?:\/\/\S+$/.test(text);
const moment = (text) => /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text));

const addresses = new Set(["@id", "url", "image", "item", "correctionsPolicy"]);
const moments = new Set(["datePublished", "dateModified", "validFrom", "startDate"]);

// walk goes through all there is of an object.
function walk(path, value, name) {
  if (Array.isArray(value)) return value.forEach((v) => walk(path, v, name));
  if (value && typeof value === "object") return Object.entries(value).forEach(([k, v]) => walk(path, v, k));
  want(value !== "" && value !== null, path, `${name} is empty`);
  if (addresses.has(name)) want(whole(value), path, `${name} is no whole address: ${value}`);
  if (moments.has(name)) want(moment(value), path, `${name} is no moment: ${value}`);
}

// story holds a story to what Google's documentation of articles recommends.
function story(path, s) {
  for (const name of ["headline", "image", "datePublished", "dateModified", "author", "publisher", "isAccessibleForFree"]) want(s[name] !== undefined, path, `a NewsArticle has no ${name}`);
  for (const a of s.author ?? []) want(a.name && a.url, path, "an author has no name or no url");
  want(Date.parse(s.datePublished) <= Date.parse(s.dateModified), path, `it was changed ${s.dateModified}, before it was published ${s.datePublished}`);
  want(s.publisher?.name && whole(s.publisher?.logo?.url ?? ""), path, "its publisher has no name or no logo");
}

// trail holds a list of breadcrumbs to being one.
function trail(path, list) {
  want(list.itemListElement.length > 1 && list.itemListElement.every((l, i) => l.position === i + 1 && l.name), path, "its breadcrumbs are not counted from 1, or have no names");
}

// typed asks the compiler whether an object is what its type says.
const files = new Map();
function typed(path, value) {
  const objects = value["@graph"] ?? [value];
  for (const object of objects) {
    const type = object["@type"];
    if (!/^[A-Za-z]+$/.test(type ?? "")) {
      found(path, `an object has no type: ${JSON.stringify(object).slice(0, 80)}`);
      continue;
    }
    const { "@context": context, ...rest } = object;
    const name = fileURLToPath(new URL(`page-${files.size}.ts`, import.meta.url));
    files.set(name, { path, type, text: `import type { ${type} as T } from "schema-dts";\nexport const said: Exclude<T, string> = ${JSON.stringify(rest, null, 1)};\n` });
  }
  want(value["@context"] === "https://schema.org", path, `the context is ${value["@context"]}`);
}

function compile() {
  const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name)?.text ?? readFile(name);
  host.getSourceFile = (name, ...rest) => (files.has(name) ? ts.createSourceFile(name, files.get(name).text, ts.ScriptTarget.ESNext) : getSourceFile(name, ...rest));
  const program = ts.createProgram([...files.keys()], options, host);
  for (const problem of ts.getPreEmitDiagnostics(program)) {
    const file = files.get(problem.file?.fileName);
    const line = problem.file ? problem.file.text.slice(problem.start).split("\n")[0].trim() : "";
    found(file?.path ?? "schema-dts", `${file?.type ?? ""} ${line}: ${ts.flattenDiagnosticMessageText(problem.messageText, " ").slice(0, 300)}`);
  }
  want(files.size > 0, "/", "no page tells machines anything");
}

// shared holds a page to the Open Graph protocol (ogp.me).
const pictures = new Map();
async function shared(path, { metas, links }) {
  const canonical = links.filter((l) => l.rel === "canonical").map((l) => l.href);
  want(canonical.length === 1 && whole(canonical[0]), path, `its canonical address is ${canonical}`);
  for (const name of ["og:title", "og:type", "og:image", "og:url"]) want(metas.get(name)?.length === 1 && metas.get(name)[0], path, `it has ${metas.get(name)?.length ?? 0} of ${name}`);
  const [at] = metas.get("og:url") ?? [], [picture] = metas.get("og:image") ?? [];
  want(at === canonical[0], path, `og:url is ${at}, and canonical ${canonical}`);
  want(metas.get("og:image:alt")?.[0] && metas.get("og:image:width")?.[0] && metas.get("og:image:height")?.[0], path, "its picture has no size or no words");
  for (const name of ["article:published_time", "article:modified_time"]) for (const m of metas.get(name) ?? []) want(moment(m), path, `${name} is no moment: ${m}`);
  if (!picture || !whole(picture)) return found(path, `og:image is no whole address: ${picture}`);
  if (!pictures.has(picture)) pictures.set(picture, fetch(base + here(picture)).then(async (r) => ({ status: r.status, type: r.headers.get("content-type"), bytes: Buffer.from(await r.arrayBuffer()) })));
  const { status, type, bytes } = await pictures.get(picture);
  want(status === 200 && type === "image/png" && bytes.length < 300_000, path, `its picture answers ${status} ${type} with ${bytes.length} bytes`);
  if (status === 200) {
    const size = `${bytes.readUInt32BE(16)}×${bytes.readUInt32BE(20)}`;
    want(size === `${metas.get("og:image:width")}×${metas.get("og:image:height")}`, path, `its picture is ${size}, and said to be ${metas.get("og:image:width")}×${metas.get("og:image:height")}`);
  }
}

// embedded asks how a story is shown elsewhere, by the links on its page (oembed.com).
async function embedded(path, { links }) {
  for (const [kind, read] of [["application/json+oembed", JSON.parse], ["text/xml+oembed", (text) => Object.fromEntries([...text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, k, v]) => [k, unescaped(v)]))]]) {
    const [link] = links.filter((l) => l.type === kind);
    if (!link) {
      found(path, `it has no link of the type ${kind}`);
      continue;
    }
    const reply = await get(here(link.href));
    if (!reply.ok) continue;
    const said = read(reply.body);
    want(said.type === "rich" && said.version === "1.0" && said.html && said.width, path, `as ${kind} it is ${JSON.stringify(said).slice(0, 120)}`);
    want(!/<script|<style|<iframe| on\w+=| style=/i.test(said.html ?? ""), path, "what is to be embedded is more than text and links");
  }
}

for (const path of await sample(4)) {
  const page = await get(path, { headers: { Accept: "text/html" } }); // /convert is a program's address, too
  if (!page.ok) continue;
  const head = headOf(page.body);
  await shared(path, head);
  for (const text of head.data) {
    let value;
    try {
      // What an action asks for is annotated as name-input, which the types leave out: https://schema.org/docs/actions.html
      value = JSON.parse(text, (name, v) => (name.endsWith("-input") ? undefined : v));
    } catch (problem) {
      found(path, `what it tells machines is no JSON: ${problem.message}`);
      continue;
    }
    typed(path, value);
    walk(path, value, "");
    if (value["@type"] === "NewsArticle") story(path, value);
    if (value["@type"] === "BreadcrumbList") trail(path, value);
  }
  if (/^\/\d{4}\/\d\d\/\d\d\/[^/]+$/.test(path)) {
    want(head.data.some((d) => d.includes('"NewsArticle"')), path, "a story is no NewsArticle to machines");
    await embedded(path, head);
  }
}
compile();
end("structured data, Open Graph and oEmbed");
