// Where browsers know no shared worker: each page has a worker of its own, and the one that holds the lock speaks to the
// server for them all. When its page goes, the lock is another's. Without locks each page speaks for itself.
import { hears, leaves } from "./hub.js";

const others = new BroadcastChannel("staff");
const tell = (message) => self.postMessage(message);
let leads = false;
let mine = null; // what the page of this worker has joined with
let sounding = false;

function lead() {
  leads = true;
  others.postMessage({ led: true });
  if (mine) hears(mine.id, { join: mine.join, sounding }, tell);
}

self.onmessage = ({ data: { id, ...said } }) => {
  if (said.join) mine = { id, join: said.join };
  if (said.sounding !== undefined) sounding = said.sounding;
  if (leads) hear(id, said, tell);
  else others.postMessage({ id, ...said });
};

others.onmessage = ({ data: { to, led, message, id, ...said } }) => {
  if (to && to === mine?.id) tell(message);
  if (led && mine) others.postMessage({ id: mine.id, join: mine.join, sounding });
  if (leads && id) hear(id, said, (message) => others.postMessage({ to: id, message }));
};

function hear(id, said, tell) {
  hears(id, said, tell);
  if (said.join) navigator.locks?.request(id, () => leaves(id));
}

if (navigator.locks) navigator.locks.request("staff", () => (lead(), new Promise(() => {})));
else lead();
