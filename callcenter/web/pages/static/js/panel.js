// The desk's tools open beside the call: a page of its own address is fetched into the side, and whatever is followed or
// asked in there stays in there. Without a script, or in a new tab, each is a page.
import { isBack, isUnsaved } from "./leaving.js";
import { sayAt } from "./beside.js";

const place = document.getElementById("panel");
const home = document.getElementById("panel-home");
const tools = document.getElementById("tools");
const been = []; // addresses, the last is the one shown; null for what a form was answered with, which has none
let wishes = 0; // what was asked of the panel last: a page that comes after another was wanted, or none, is not shown

// Whatever the desk leads to, from its own parts and from its panel (a link of a map is no HTML, and says its address
// otherwise); the menu leaves it.
function isOurs(link, event) {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  return plain && addressOf(link).origin === location.origin && !link.hasAttribute("download") && link.closest("main, .frame");
}

const addressOf = (link) => new URL(link.getAttribute("href"), location.href);

const mayLeave = () => !isUnsaved(place) || confirm(place.dataset.asks);

async function open(address, { method = "GET", body = null, from = null, form = null, asks = true, anyway = false } = {}) {
  if (!anyway && !mayLeave()) return isBack(form);
  const wish = (wishes += 1);
  const isMeant = () => method !== "GET" || wish === wishes; // what was done is told all the same
  place.setAttribute("aria-busy", "true");
  const headers = { "X-Panel": "1", "X-Page-Language": document.documentElement.lang };
  let answer;
  try {
    answer = await fetch(address, { method, body, headers, cache: "no-store" });
  } catch {
    isBack(form);
    return from && isMeant() && sayAt(from, place.dataset.fails, true);
  } finally {
    if (wish === wishes) place.removeAttribute("aria-busy");
  }
  const shown = new URL(answer.url);
  if (shown.pathname === "/sign-in") return location.assign("/sign-in");
  const html = await answer.text();
  if (!isMeant()) return;
  if (shown.pathname === "/desk") return leave(); // it is here already
  if (!answer.headers.get("content-type")?.startsWith("text/html")) {
    isBack(form);
    return from && sayAt(from, answer.headers.get("content-type")?.startsWith("text/plain") ? html : place.dataset.fails, true);
  }
  show(html, method === "GET" || answer.redirected ? shown.pathname + shown.search : null, asks);
}

// `asks`: a tool that searches is ready for its words; what it found is read from its beginning.
function show(html, address, asks) {
  const page = new DOMParser().parseFromString(html, "text/html");
  place.replaceChildren(...page.body.childNodes);
  htmx.process(place);
  if (been.at(-1) !== address) been.push(address);
  mark(been.findLast(Boolean)?.split("?")[0] ?? "");
  document.dispatchEvent(new CustomEvent("panel:shown", { detail: place }));
  const asked = place.querySelector("[autofocus]") ?? (asks ? place.querySelector("[role=search] input:not([type=hidden])") : null);
  const first = asked ?? place.querySelector(".panel__title");
  first?.focus();
}

function close() {
  if (mayLeave()) leave();
}

// To the last page that has an address.
function back() {
  if (!mayLeave()) return;
  do been.pop();
  while (been.at(-1) === null);
  open(been.at(-1), { anyway: true });
}

function leave() {
  empty();
  tools.querySelector("a")?.focus();
}

function empty() {
  wishes += 1;
  place.removeAttribute("aria-busy");
  been.length = 0;
  mark(null);
}

// Nothing open: what is live there of itself.
function mark(path) {
  const isOpen = path !== null;
  if (!isOpen) place.replaceChildren();
  place.hidden = !isOpen;
  home.hidden = isOpen;
  document.getElementById("panel-acts").hidden = !isOpen;
  document.querySelector("[data-panel-back]").hidden = been.length < 2;
  for (const link of tools.querySelectorAll("a")) {
    const isHere = isOpen ? new URL(link.href).pathname === path : link.matches("[data-panel-home]");
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

// The numbers of a distress are read out: they come of themselves, to whatever page the key was pressed on.
document.addEventListener("distressed", () => (place ? open("/desk/distress") : isUnsaved() || location.assign("/desk/distress")));

if (place) {
  document.addEventListener("helped", empty); // what was found there is asked: the call says how it goes on
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (event.target.closest?.("[data-panel-close], [data-panel-home]")) {
      event.preventDefault();
      close();
    } else if (event.target.closest?.("[data-panel-back]")) {
      back();
    } else if (link && isOurs(link, event)) {
      event.preventDefault();
      open(addressOf(link).href, { from: link });
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.matches("[hx-post]") || !(form.matches("[data-panel]") || place.contains(form))) return;
    event.preventDefault();
    const fields = new FormData(form, event.submitter);
    const action = new URL(event.submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location.href);
    if (form.method === "get") {
      action.search = new URLSearchParams(fields);
      open(action.href, { from: event.submitter, asks: false });
    } else {
      const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
      open(action.href, { method: "POST", body, from: event.submitter ?? form, form });
    }
  });
}
