// The page in jsdom, with axe-core. Run by test_script.py: `node page.test.mjs PAGE`; prints one JSON line per sentence.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";

const require = createRequire(import.meta.url);
const { JSDOM, VirtualConsole } = require("jsdom");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const html = readFileSync(process.argv[2], "utf8");

const faults = [];
const open = (hash = "") => {
  const virtualConsole = new VirtualConsole();
  virtualConsole.on("jsdomError", (error) => faults.push(String(error.detail || error.message || error)));
  virtualConsole.on("error", (...words) => faults.push(words.join(" ")));
  const options = { runScripts: "dangerously", pretendToBeVisual: true, url: `https://report.example/${hash}`, virtualConsole };
  const dom = new JSDOM(html, { ...options, beforeParse: (window) => { window.HTMLElement.prototype.scrollIntoView = () => {}; } });
  return dom.window;
};

const window = open();
const { document } = window;
const $ = (id) => document.getElementById(id);
const shown = (id) => !$(id).closest("[hidden]");
const fill = async (values) => {
  $("filters").querySelector("form").reset();
  for (const [id, value] of Object.entries(values)) $(id).value = value;
  $("q").dispatchEvent(new window.Event("input", { bubbles: true }));
  await pause(110);
};
const counted = () => document.getElementById("count").textContent;

const sentences = [];
const check = (sentence, run) => sentences.push([sentence, run]);
const same = (found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
};

check("the script runs without errors, and nothing of the input ran", () => {
  same(faults, []);
  same(window.hacked, undefined);
});
check("without scripts everything is shown and no filter is offered", () => {
  const still = new JSDOM(html).window.document;
  same(still.getElementById("filters").hidden, true);
  same([...still.querySelectorAll("[hidden]")].map((found) => found.id), ["filters"]);
});
check("axe finds no violation", async () => {
  window.eval(axe);
  const result = await window.axe.run(document, { rules: { "color-contrast": { enabled: false } }, resultTypes: ["violations"] });
  same(result.violations.map(({ id, nodes }) => [id, nodes[0].html.slice(0, 120)]), []);
});
check("there is one main, one banner, a search, a navigation and a footer", () => {
  for (const name of ["main", "body > header", "search", "nav", "body > footer", "h1"]) same(document.querySelectorAll(name).length, 1);
});
check("no heading skips a level", () => {
  let last = 0;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const level = Number(heading.tagName[1]);
    if (level > last + 1) throw new Error(`${heading.textContent} after level ${last}`);
    last = level;
  }
});
check("every field has a label and every table a caption and scoped headers", () => {
  for (const field of document.querySelectorAll("#filters input, #filters select")) same(field.labels.length, 1);
  for (const table of document.querySelectorAll("table")) same(Boolean(table.caption && table.querySelector("th[scope=col]")), true);
  for (const cell of document.querySelectorAll("th")) same(cell.hasAttribute("scope"), true);
});
check("the number of lines is announced", () => {
  same(document.getElementById("count").getAttribute("aria-live"), "polite");
  same(/^\d+ lines$/.test(counted()), true);
});
check("search shows the lines that have all words, counts them, and opens the control that has them", async () => {
  await fill({ q: "keythree  ROTATE" });
  same(shown("c-LZ-NET-01"), false);
  same(/^[1-9]\d* of \d+ lines$/.test(counted()), true);
  await fill({ q: "keytwo" });
  same([shown("c-LZ-KEY-01"), $("c-LZ-KEY-01").open], [true, true]);
  same([...$("c-LZ-KEY-01").querySelectorAll(".e")].map((entry) => entry.hidden), [true, false]);
  await fill({ q: "no such words" });
  same(counted(), "No line matches");
});
check("a control that search opened closes when the search ends", async () => {
  await fill({});
  same($("c-LZ-KEY-01").open, false);
});
check("a status shows its paragraphs, and the entries that have it", async () => {
  await fill({ s: "failed" });
  same([shown("p-164.312(a)(1)"), shown("p-164.308(a)(1)(i)")], [true, false]);
  same([...$("c-LZ-KEY-01").querySelectorAll(".e")].map((entry) => entry.hidden), [false, true]);
});
check("a section shows its paragraphs and the controls and theorems that serve them", async () => {
  await fill({ l: "164.308" });
  same(["p-164.308(a)(1)(i)", "c-LZ-NET-01", "t-no-way-in"].map(shown), [true, true, true]);
  same(["p-164.312(a)(1)", "c-LZ-KEY-01", "164.312"].map(shown), [false, false, false]);
});
check("an account narrows evidence to the templates deployed there, an OU to those of its accounts", async () => {
  await fill({ a: "Account:beta" });
  same([...$("c-LZ-KEY-01").querySelectorAll(".e")].map((entry) => entry.hidden), [false, true]);
  same([shown("v-keys-a"), shown("v-keys-b"), shown("c-LZ-NET-01")], [false, true, true]);
  await fill({ a: "OU:phi/production" });
  same([shown("v-keys-a"), shown("v-keys-b")], [true, false]);
  await fill({ a: "OU:phi" });
  same([shown("v-keys-a"), shown("v-keys-b")], [true, true]);
});
check("a link to a line that a filter hides clears the filter, opens it and gives it the focus", async () => {
  await fill({ q: "no such words" });
  window.location.hash = "#c-LZ-KEY-01";
  await pause(60);
  same([shown("c-LZ-KEY-01"), $("c-LZ-KEY-01").open, $("q").value], [true, true, ""]);
  same(document.activeElement.parentElement.id, "c-LZ-KEY-01");
});
check("an address with a fragment opens what it names, also one with parentheses, and a broken one does no harm", () => {
  same(open("#c-LZ-NET-01").document.getElementById("c-LZ-NET-01").open, true);
  same(open("#p-164.312%28a%29%281%29").document.activeElement.id, "p-164.312(a)(1)");
  open("#%E0%A4%A");
  same(faults, []);
});
check("printing opens every detail and closes it again", () => {
  const closed = () => document.querySelectorAll("details:not([open])").length;
  const before = closed();
  window.dispatchEvent(new window.Event("beforeprint"));
  same(closed(), 0);
  window.dispatchEvent(new window.Event("afterprint"));
  same(closed(), before);
});

for (const [sentence, run] of sentences) {
  let fault = "";
  try { await run(); } catch (error) { fault = String(error.message); }
  console.log(JSON.stringify({ sentence, fault }));
}
process.exit(0);
