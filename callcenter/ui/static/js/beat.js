// A worker, for the timers of a hidden tab are slowed to one a minute and its agent would be taken for lost.
const EVERY = 4000;
let token = "";

self.onmessage = (event) => {
  token = event.data;
  beat();
  setInterval(beat, EVERY);
};

async function beat() {
  try {
    const answer = await fetch("/api/desk/beat", { method: "POST", headers: { "X-CSRF-Token": token } });
    if (answer.status === 401) self.postMessage("signed-out");
  } catch {
    // The stream says that the connection is lost.
  }
}
