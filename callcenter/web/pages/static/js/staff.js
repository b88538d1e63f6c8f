// What is live on a page: the stream, the ringing, the clocks, the keys, the notes.
import "./clock.js";
import "./keys.js";
import "./wall.js";
import "./demarches.js";
import "./notes.js";
import "./answers.js";
import "./beside.js";
import "./panel.js";
import "./consulting.js";
import { follow } from "./line.js";
import { isUnsaved } from "./leaving.js";
import { appoint, askToNotify, beHeard, ring } from "./ringing.js";

const { follows, csrf } = document.body.dataset;
const names = follows.split(" ");
const lost = document.getElementById("lost");
const stale = document.getElementById("stale");
const STALE_AFTER = 5000;
let heardAt = Date.now();

function say(element, isSo) {
  const sentence = isSo ? element.dataset.said : "";
  if (element.textContent !== sentence) element.textContent = sentence;
}

function hear({ of, regions, said, ...ringing }) {
  if ("rings" in ringing) return appoint(ringing);
  if (said === "signed-out") return location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
  say(lost, said === "lost" || said === "stores-down");
  if (!regions) return;
  const partials = Object.entries(regions)
    .filter(([name]) => document.getElementById(name)) // of the desk, a page has its frame
    .map(([name, html]) => `<hx-partial hx-target="#${name}" hx-swap="innerMorph">${html}</hx-partial>`);
  htmx.swap({ text: partials.join(""), sourceElement: document.body, target: document.body, swap: "none" });
  if (of.startsWith("desk.")) return;
  heardAt = Date.now();
  document.dispatchEvent(new Event("staff:heard"));
}

function offered() {
  const offer = document.querySelector("[data-offer]");
  if (!offer) return null;
  const text = (part) => offer.querySelector(part).textContent.replace(/\s+/g, " ").trim();
  const short = text(".offer__topic");
  return { id: offer.dataset.offer, title: text(".offer__title"), text: `${short} – ${text(".offer__place")}`, short };
}

// What else is to be heard: a distress, the limit of a hold.
function other() {
  const found = document.querySelector("[data-rings]");
  if (!found) return null;
  const { rings, title, text, times } = found.dataset;
  return { id: rings, title, text, times: times && Number(times), short: title };
}

const following = follow(names, csrf, hear);
if (stale) setInterval(() => say(stale, Date.now() - heardAt > STALE_AFTER), 500);

if (names.some((name) => name.startsWith("desk."))) {
  const title = document.title;
  const watch = () => {
    const ringing = offered() ?? other();
    ring(ringing);
    document.title = ringing ? `☎ ${ringing.short} – ${title}` : title;
  };
  watch();
  document.addEventListener("htmx:after:swap", watch);
  following.then(beHeard);
}

// A call that is taken elsewhere than at the desk goes on at the desk, unless something would be lost by that.
document.addEventListener("taken", () => document.body.dataset.shows === "desk" || isUnsaved() || location.assign("/desk"));

// Taking the post is the gesture by which the browser may ring; it is asked there whether the desktop may be told.
document.addEventListener("click", async ({ target }) => {
  if (!target.closest("[data-unlock], [data-ask-to-notify]")) return;
  await askToNotify();
  sayWhetherNotified();
});

function sayWhetherNotified() {
  const place = document.getElementById("may-notify");
  if (place) place.textContent = place.dataset[window.Notification?.permission ?? "denied"];
}

document.addEventListener("panel:shown", sayWhetherNotified);
sayWhetherNotified();
