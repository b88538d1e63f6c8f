// One line to the server for all the pages of a browser: a browser opens six connections to a server, and an agent more
// pages than that. What the stream says is told to every page that follows it, and one heartbeat speaks for every desk.
// It lives in a worker: the timers of a hidden page are slowed to one a minute, and its agent would be taken for lost.
const BEAT_EVERY = 4000;
const SILENT_AFTER = 12_000; // the server says something every two seconds
const FIRST_WAIT = 500;
const LONGEST_WAIT = 4000;

const pages = new Map(); // id -> { follows: [names], token, sounds, tell }
const told = new Map(); // what is followed -> its regions, as they are now
let line = null; // the connection in use

// A page is open: `follows` are names that the server knows, `token` that of its session's forms ("" for nobody's),
// `tell` takes what it is to be told. Another session than theirs ends the pages of the one before.
function joins(id, { follows, token }, tell) {
  for (const [other, page] of pages) if (token && page.token && page.token !== token) dismiss(other);
  pages.set(id, { follows, token, sounds: false, tell });
  for (const name of follows) if (told.has(name)) tell({ of: name, regions: told.get(name) });
  connect();
  appoint();
  if (isDesk(pages.get(id))) beat();
}

export function leaves(id) {
  if (!pages.delete(id)) return;
  connect();
  appoint();
}

// Whether the browser lets this page be heard.
function sounds(id, so) {
  const page = pages.get(id);
  if (!page || page.sounds === so) return;
  page.sounds = so;
  appoint();
}

// A page has something to say, as the worker it speaks to was told it.
export function hears(id, { join, sounding, bye, check }, tell) {
  if (join) joins(id, join, tell);
  if (sounding !== undefined) sounds(id, sounding);
  if (bye) leaves(id);
  if (check) beat(); // somebody may have signed out: the server knows
}

// Of a browser's pages one rings, however many there are, and one tells the desktop: the same where any is heard.
function appoint() {
  const [ringer] = [...pages].find(([, page]) => page.sounds) ?? [null];
  const [teller] = [...pages].find(([id, page]) => (ringer === null ? isDesk(page) : id === ringer)) ?? [null];
  for (const [id, page] of pages) page.tell({ audible: ringer !== null, rings: id === ringer, notifies: id === teller });
}

function dismiss(id) {
  const page = pages.get(id);
  pages.delete(id);
  page.tell({ said: "signed-out" });
}

function dismissAll(but = () => false) {
  for (const [id, page] of [...pages]) if (!but(page)) dismiss(id);
  connect();
}

function tell(name, message) {
  for (const page of [...pages.values()]) if (name === null || page.follows.includes(name)) page.tell({ of: name, ...message });
}

function connect() {
  const names = [...new Set([...pages.values()].flatMap((page) => page.follows))].sort();
  const asked = names.map((name) => `of=${encodeURIComponent(name)}`).join("&");
  if (asked === (line?.asked ?? "")) return;
  line?.ear?.abort();
  told.clear();
  line = asked ? { asked, ear: null } : null;
  if (line) keep(line);
}

async function keep(mine) {
  let wait = FIRST_WAIT;
  while (mine === line) {
    try {
      await listen(mine, () => (wait = FIRST_WAIT));
    } catch {
      // Said below: whatever the failure was.
    }
    if (mine !== line) return;
    told.clear();
    tell(null, { said: "lost" });
    await new Promise((done) => setTimeout(done, wait * (0.7 + 0.6 * Math.random())));
    wait = Math.min(2 * wait, LONGEST_WAIT);
  }
}

async function listen(mine, begun) {
  const ear = new AbortController();
  mine.ear = ear;
  let alarm = setTimeout(() => ear.abort(), SILENT_AFTER);
  try {
    const answer = await fetch(`/stream?${mine.asked}`, { signal: ear.signal, cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect" || [403, 404].includes(answer.status)) return dismissAll(); // to the door
    if (!answer.ok) return;
    for await (const [name, message] of frames(answer.body)) {
      if (mine !== line) return;
      clearTimeout(alarm);
      alarm = setTimeout(() => ear.abort(), SILENT_AFTER);
      begun();
      hear(name, message);
    }
  } finally {
    clearTimeout(alarm);
    ear.abort();
  }
}

async function* frames(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const whole = (rest + value).split("\n\n");
    rest = whole.pop();
    for (const frame of whole) {
      const [event, data] = frame.split("\n");
      yield [event.slice("event: ".length), JSON.parse(data.slice("data: ".length))];
    }
  }
}

function hear(name, message) {
  if (message.said === "signed-out") {
    dismissAll((page) => !page.follows.includes(name));
    return;
  }
  if (message.regions) told.set(name, { ...told.get(name), ...message.regions });
  if (message.said === "stores-down") told.delete(name);
  tell(name, message);
}

async function beat() {
  const token = [...pages.values()].findLast((page) => page.token)?.token;
  if (!token) return;
  try {
    const headers = { "X-CSRF-Token": token };
    const answer = await fetch("/api/desk/beat", { method: "POST", headers, signal: AbortSignal.timeout(BEAT_EVERY) });
    if (answer.status === 401) dismissAll((page) => !page.token);
  } catch {
    // The stream says that the connection is lost.
  }
}

function isDesk(page) {
  return page.follows.some((name) => name.startsWith("desk."));
}

setInterval(() => [...pages.values()].some(isDesk) && beat(), BEAT_EVERY);
