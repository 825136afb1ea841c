// Makes every call of each client against a Courant and ends with 1 if one of them fails.
// Usage: node clients.mjs http://127.0.0.1:8080 [service ...]; see run.sh.
import assert from "node:assert/strict";
import easy from "easy-currencies";
import { createFrankfurterClient, FrankfurterError } from "frankfurter-js";
import * as v1 from "frankfurter-api-client";
import * as v2 from "frankfurter-api-client-v2";

const [base, ...services] = process.argv.slice(2);
const origin = new URL(base).origin;
if (services.length === 0) services.push("frankfurter");

// The clients know their service's host by heart (only frankfurter-js takes another), so that is exchanged beneath them.
// Nothing else may be asked: a client that falls back on another service would hide that ours failed.
const hosts = new Set([
  "api.frankfurter.dev", "api.exchangerate-api.com", "data.fixer.io", "openexchangerates.org", "apilayer.net", "api.exchangeratesapi.io",
]);
const real = globalThis.fetch;
let refused = []; // what was answered with an error
globalThis.fetch = async (address, init) => {
  const url = new URL(address instanceof Request ? address.url : address);
  if (hosts.has(url.host)) {
    address = origin + url.pathname + url.search;
  } else if (url.origin !== origin) {
    throw new Error(`a client asks ${url.host}`);
  }
  const reply = await real(address, init);
  if (!reply.ok) refused.push(`${reply.status} for ${url.pathname}${url.search}`);
  return reply;
};

let calls = 0, failures = 0;

// call makes one call and looks at what comes back.
async function call(name, make, look) {
  calls++;
  refused = [];
  try {
    look(await make());
    assert.deepEqual(refused, []);
  } catch (error) {
    failures++;
    console.error(`${name}: ${error.message}${refused.length ? ` (${refused})` : ""}`);
  }
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const rate = (value) => assert.ok(typeof value === "number" && value > 0, `${value} is no rate`);
const row = (r, from) => { assert.match(r.date, day); assert.equal(r.base, from); assert.match(r.quote, /^[A-Z]{3}$/); rate(r.rate); };
const rows = (from, quotes) => (list) => {
  assert.ok(Array.isArray(list) && list.length > 0, "no rows");
  for (const r of list) row(r, from);
  if (quotes) assert.deepEqual([...new Set(list.map((r) => r.quote))].sort(), quotes);
};
const period = (text) => { const [year, month, date] = text.split("-").map(Number); return { year, month, date }; };
const earlier = (text, days) => new Date(Date.parse(text) - days * 86_400_000).toISOString().slice(0, 10);

async function frankfurter() {
  let newest;
  await call("v1 getLatestRates", () => v1.getLatestRates({ base: "USD", symbols: ["EUR", "GBP"] }), (r) => {
    assert.equal(r.amount, 1);
    assert.equal(r.base, "USD");
    assert.deepEqual(Object.keys(r.rates), ["EUR", "GBP"]);
    Object.values(r.rates).forEach(rate);
    assert.match(newest = r.date, day);
  });
  if (!newest) return; // without a day there is nothing to ask about
  const before = earlier(newest, 7);
  await call("v1 getLatestRates of all", () => v1.getLatestRates({ base: "EUR" }), (r) => assert.ok(Object.keys(r.rates).length > 20));
  await call("v1 getHistoricalRatesForDate", () => v1.getHistoricalRatesForDate({ base: "EUR", symbols: ["USD"], period: period(newest) }), (r) => {
    assert.equal(r.date, newest);
    rate(r.rates.USD);
  });
  await call("v1 getTimeSeriesRates", () => v1.getTimeSeriesRates({ base: "EUR", symbols: ["USD"], start: period(before), end: period(newest) }), (r) => {
    assert.equal(r.end_date, newest);
    assert.equal(Object.keys(r.rates)[0], r.start_date);
    for (const of of Object.values(r.rates)) rate(of.USD);
  });
  await call("v1 getSupportedCurrencies", () => v1.getSupportedCurrencies(), (r) => assert.equal(r.EUR, "Euro"));

  await call("v2 getLatestRates", () => v2.getLatestRates({ base: "USD", quotes: ["EUR", "GBP"] }), rows("USD", ["EUR", "GBP"]));
  await call("v2 getHistoricalRatesForDate", () => v2.getHistoricalRatesForDate({ base: "EUR", quotes: ["USD"], period: period(newest) }), rows("EUR", ["USD"]));
  await call("v2 getTimeSeriesRates", () => v2.getTimeSeriesRates({ base: "EUR", quotes: ["USD", "JPY"], from: period(before), to: period(newest) }), rows("EUR", ["JPY", "USD"]));
  for (const legacy of [false, true]) {
    await call(`v2 getSupportedCurrencies ${legacy}`, () => v2.getSupportedCurrencies({ legacy }), (list) => {
      const dollar = list.find((c) => c.iso_code === "USD");
      assert.equal(dollar.iso_numeric, "840");
      assert.match(dollar.start_date, day);
    });
  }
  await call("v2 getCurrencyInfo", () => v2.getCurrencyInfo({ code: "USD" }), (c) => assert.ok(c.providers.includes("ECB")));
  await call("v2 getAllProviders", () => v2.getAllProviders(), (list) => assert.ok(list.some((p) => p.key === "ECB" && p.currencies.includes("USD"))));

  const js = createFrankfurterClient({ baseUrl: origin, timeout: 30_000 });
  await call("js rates", () => js.rates({ base: "GBP", quotes: "USD" }), rows("GBP", ["USD"]));
  await call("js latest", () => js.latest({ quotes: ["USD", "JPY"] }), rows("EUR", ["JPY", "USD"]));
  await call("js latest of a provider", () => js.latest({ quotes: "USD", providers: ["ECB"] }), rows("EUR", ["USD"]));
  await call("js historical", () => js.historical(newest, { base: "USD", quotes: ["EUR"] }), rows("USD", ["EUR"]));
  await call("js range", () => js.range(before, newest, { quotes: ["USD"] }), rows("EUR", ["USD"]));
  await call("js range until today", () => js.range(before, undefined, { quotes: ["USD"] }), rows("EUR", ["USD"]));
  for (const group of ["week", "month"]) {
    await call(`js range by ${group}`, () => js.range(before, newest, { quotes: ["USD"], group }), rows("EUR", ["USD"]));
  }
  await call("js currencies", () => js.currencies(), (list) => assert.ok(list.some((c) => c.iso_code === "USD")));
  await call("js currencies, all", () => js.currencies({ scope: "all" }), (list) => assert.ok(list.length > 20));
  await call("js providers", () => js.providers(), (list) => assert.ok(list.some((p) => p.key === "ECB")));
  await call("js with an error", async () => {
    const error = await js.rates({ base: "ZZZ" }).catch((e) => e);
    refused = [];
    return error;
  }, (error) => {
    assert.ok(error instanceof FrankfurterError);
    assert.equal(error.status, 422);
    assert.deepEqual(error.body, { status: 422, message: "invalid currency: ZZZ" });
  });
  await converter("Frankfurter");
}

// converter makes every call of easy-currencies through one of its services.
// whole: it can ask for a whole table; where its service lacks one of a base, it refuses to ask.
async function converter(service, whole = true) {
  const c = new easy.Converter({ name: service, key: "any" });
  for (const p of c.providers.slice(1)) c.remove(p);
  c.setRetryOptions({ maxRetries: 0 });
  c.onError = (e) => console.error(`easy-currencies ${service}: ${e}`);
  let rates;
  await call(`easy-currencies ${service} getRates`, () => c.getRates("USD", "EUR"), (r) => rate((rates = r).EUR));
  if (whole) await call(`easy-currencies ${service} getRates, many`, () => c.getRates("USD", "EUR", true), (r) => { rate(r.EUR); });
  await call(`easy-currencies ${service} convert`, () => c.convert(15, "USD", "EUR"), rate);
  await call(`easy-currencies ${service} convert by rates`, () => c.convert(15, "USD", "EUR", rates), rate);
  await call(`easy-currencies ${service} convertRate`, async () => c.convertRate(15, "EUR", rates), rate);
}

const known = {
  "frankfurter": frankfurter,
  "exchangerate-api": () => converter("ExchangeRateAPI"),
  "fixer": () => converter("Fixer", false),
  "openexchangerates": () => converter("OpenExchangeRates"),
  "currencylayer": () => converter("CurrencyLayer"),
  "exchangeratesapi": () => converter("ExchangeRatesAPIIO", false),
};
for (const service of services) {
  if (!known[service]) throw new Error(`there is no service ${service}: name ${Object.keys(known).join(", ")}`);
  await known[service]();
}
console.log(`${calls} calls of ${services.join(", ")} clients, ${failures} failed`);
process.exit(failures ? 1 : 0);
