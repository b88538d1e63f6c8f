// The seconds that pass are counted here: the server's fragments hold instants, so that what does not change is not sent.
const [arrival] = performance.getEntriesByType("navigation");
const ahead = Number(document.body.dataset.now) - (performance.timeOrigin + arrival.responseStart);

export function now() {
  return Date.now() + ahead;
}

function shown(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours} h ${String(minutes).padStart(2, "0")}` : `${minutes}:${rest}`;
}

// « depuis 13 min »: a time since is said as one.
function lasting(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const said = hours ? `${hours} h ${String(minutes % 60).padStart(2, "0")}` : minutes ? `${minutes} min` : `${seconds} s`;
  return document.body.dataset.lasting.replace("{}", said);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function tick() {
  const at = now();
  for (const element of document.querySelectorAll("[data-since]")) write(element, shown(at - Number(element.dataset.since)));
  for (const element of document.querySelectorAll("[data-lasts-since]")) write(element, lasting(at - Number(element.dataset.lastsSince)));
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Number(element.dataset.until) - at;
    write(element, shown(left + 999));
    element.classList.toggle("is-short", left < 10_000);
  }
  for (const element of document.querySelectorAll("[data-orange-after]")) {
    element.classList.toggle("is-long", at > Number(element.dataset.orangeAfter));
  }
}

tick();
setInterval(tick, 250);
document.addEventListener("htmx:after:swap", tick);
