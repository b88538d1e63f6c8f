// What is live on a page: the stream, the ringing, the clocks, the keys, the notes.
import "./clock.js";
import "./keys.js";
import "./wall.js";
import "./demarches.js";
import "./notes.js";
import { follow } from "./line.js";
import { appoint, beHeard, ring } from "./ringing.js";

const { follows, csrf } = document.body.dataset;
const lost = document.getElementById("lost");
const stale = document.getElementById("stale");
const STALE_AFTER = 5000;
let heardAt = Date.now();

function say(element, isSo) {
  const sentence = isSo ? element.dataset.said : "";
  if (element.textContent !== sentence) element.textContent = sentence;
}

function hear({ regions, said, ...ringing }) {
  if ("rings" in ringing) return appoint(ringing);
  if (said === "signed-out") return location.assign("/sign-in");
  say(lost, said === "lost" || said === "stores-down");
  if (!regions) return;
  heardAt = Date.now();
  const partials = Object.entries(regions).map(
    ([name, html]) => `<hx-partial hx-target="#${name}" hx-swap="innerMorph">${html}</hx-partial>`,
  );
  htmx.swap({ text: partials.join(""), sourceElement: document.body, target: document.body, swap: "none" });
  document.dispatchEvent(new Event("staff:heard"));
}

const following = follow(follows, csrf, hear);
if (stale) setInterval(() => say(stale, Date.now() - heardAt > STALE_AFTER), 500);

if (follows.startsWith("desk.")) {
  const title = document.title;
  const watch = () => {
    const offered = document.querySelector("[data-offer]");
    ring(offered?.dataset.offer ?? null);
    document.title = offered ? `☎ ${offered.querySelector(".offer__topic").textContent} – ${title}` : title;
  };
  watch();
  document.addEventListener("htmx:after:swap", watch);
  following.then(beHeard);
}
