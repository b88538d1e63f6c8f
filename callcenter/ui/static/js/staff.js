// What is live on a page: the stream, the heartbeat, the ringing, the clocks, the keys.
import "./clock.js";
import "./keys.js";
import "./wall.js";
import "./demarches.js";
import { ring, unlock } from "./ringing.js";

const page = document.body.dataset.page;
const lost = document.getElementById("lost");
const stale = document.getElementById("stale");
const STALE_AFTER = 5000;
let heardAt = Date.now();

function say(element, isSo) {
  const sentence = isSo ? element.dataset.said : "";
  if (element.textContent !== sentence) element.textContent = sentence;
}

function leave() {
  location.assign("/sign-in");
}

document.addEventListener("htmx:sse:error", (event) => {
  if (event.detail?.status === 401) leave();
  else say(lost, true);
});
document.addEventListener("htmx:sse:after:connection", () => say(lost, false));
document.addEventListener("htmx:sse:after:message", (event) => {
  const kind = event.detail?.message?.event;
  if (kind === "signed-out") leave();
  say(lost, kind === "stores-down");
  if (!kind) heardAt = Date.now();
});
if (stale) setInterval(() => say(stale, Date.now() - heardAt > STALE_AFTER), 500);

if (page === "desk") {
  const worker = new Worker("/static/js/beat.js");
  worker.onmessage = leave;
  worker.postMessage(document.body.dataset.csrf);
  document.addEventListener("click", (event) => event.target.closest("button") && unlock());
  document.addEventListener("keydown", unlock);

  const title = document.title;
  const watch = () => {
    const offered = document.querySelector("[data-offer]");
    ring(offered?.dataset.offer ?? null);
    document.title = offered ? `☎ ${offered.querySelector(".offer__topic").textContent} – ${title}` : title;
  };
  watch();
  document.addEventListener("htmx:after:swap", watch);
}
