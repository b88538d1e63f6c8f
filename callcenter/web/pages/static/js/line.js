// What this page follows is told to it by a worker that all the pages of this browser share.
const id = `page-${crypto.randomUUID?.() ?? Math.random()}`;
const shares = "SharedWorker" in window && "locks" in navigator;
const port = shares
  ? new SharedWorker("/static/js/shared.js", { name: "staff", type: "module" }).port
  : new Worker("/static/js/elected.js", { type: "module" });

export async function follow(follows, token, hear) {
  port.onmessage = ({ data }) => hear(data);
  // Held for as long as the page lives: that is how the others know that it does.
  await new Promise((held) => {
    if (navigator.locks) navigator.locks.request(id, () => (held(), new Promise(() => {})));
    else held();
  });
  say({ join: { follows, token } });
  addEventListener("pagehide", () => say({ bye: true }));
  addEventListener("pageshow", (event) => event.persisted && location.reload()); // what it showed is long past
}

export function say(what) {
  port.postMessage({ id, ...what });
}
