// What both audits do: read a served paper at an address, and say what they find a sentence each.

// The address of the paper, from the command line: http://127.0.0.1:8080
export const base = (process.argv[2] ?? "").replace(/\/+$/, "");
if (!/^https?:\/\/[^/]+$/.test(base)) {
  console.error(`usage: node ${process.argv[1]} http://127.0.0.1:8080`);
  process.exit(2);
}

let findings = 0;
let looked = 0;

// found says that something is not as it should be.
export function found(where, what) {
  findings++;
  console.log(`${where}: ${what}`);
}

// want says what is not as it should be, unless it is.
export function want(right, where, what) {
  looked++;
  if (!right) found(where, what);
}

// end says how it went, and fails where something was found.
export function end(what) {
  console.log(`${looked} checks of ${what}: ${findings === 0 ? "nothing found" : `${findings} found`}`);
  process.exit(findings === 0 ? 0 : 1);
}

// get reads what stands at a path, or nothing where it is not there.
export async function get(path, options = {}) {
  const reply = await fetch(base + path, { redirect: "manual", signal: AbortSignal.timeout(30_000), ...options });
  const body = await reply.text();
  want(reply.status === 200, path, `it answers ${reply.status}`);
  return { path, body, headers: reply.headers, ok: reply.status === 200 };
}

// here is an address of the paper as it is reached here, whatever address it is told to have.
export function here(address) {
  const url = new URL(address);
  return url.pathname + url.search;
}

// sample reads the sitemap and takes so many pages of each kind: of each first part of a path, and each number of parts.
export async function sample(most) {
  const { body } = await get("/sitemap.xml");
  const kinds = new Map();
  for (const [, address] of body.matchAll(/<loc>([^<]+)<\/loc>/g)) {
    const path = here(address.replaceAll("&amp;", "&"));
    const parts = path.split("/");
    const kind = (/^\d{4}$/.test(parts[1]) ? "day" : parts[1]) + parts.length + path.endsWith("/");
    if (!kinds.has(kind)) kinds.set(kind, []);
    if (kinds.get(kind).length < most) kinds.get(kind).push(path);
  }
  return [...kinds.values()].flat();
}
