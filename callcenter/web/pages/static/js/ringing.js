// Two soft notes while an offer stands, or a few times for whatever else rings (`data-rings`), and a notification of the desktop, from one page of the
// browser. Some browsers let no page be heard before a gesture, and a reload takes it back: the state bar then says so, and any gesture mends it.
import { say } from "./line.js";

const EVERY = 2.5; // seconds
const TIMES = 24; // all at once: the timers of a hidden page are slowed to one a minute
const silent = document.getElementById("silent");
let sound = null;
let rings = false; // it is this page that rings
let audible = true; // some page of this browser is heard
let notifies = false; // it is this page that tells the desktop
let offered = null; // { id, title, text, times }
let told = null; // the notification that stands
let notes = [];

function unlock() {
  if (navigator.userActivation?.hasBeenActive === false) return; // a key such as Alt alone is no gesture
  attempt();
}

function attempt() {
  if (!sound) {
    sound = new AudioContext();
    sound.onstatechange = tellHeard;
  }
  if (sound.state !== "running") sound.resume().catch(() => {}); // refused: it says so itself, by its state
  tellHeard();
}

function tellHeard() {
  say({ sounding: sound.state === "running" });
  showWhetherHeard();
}

// What the other pages of this browser have made of it.
export function appoint(said) {
  ({ rings, audible, notifies } = said);
  showWhetherHeard();
  play();
  notify();
}

function showWhetherHeard() {
  if (!silent) return; // a wall
  const atPost = document.getElementById("state")?.dataset.state !== "offline";
  silent.hidden = audible || sound?.state === "running" || !(atPost || offered);
}

export function ring(offer) {
  if (offer?.id !== offered?.id) {
    offered = offer;
    silence();
    play();
    notify();
  }
  showWhetherHeard();
}

// The browser may be behind something else: then the desktop says it too, and a click on that brings it to the front.
function notify() {
  if (told && told.tag !== offered?.id) {
    told.close();
    told = null;
  }
  if (!offered || !notifies || told || document.hasFocus() || window.Notification?.permission !== "granted") return;
  told = new Notification(offered.title, { body: offered.text, tag: offered.id, icon: "/static/icon.svg", requireInteraction: true });
  told.onclick = () => window.focus();
}

export async function askToNotify() {
  if (window.Notification?.permission === "default") await Notification.requestPermission();
}

function silence() {
  for (const tone of notes) tone.stop();
  notes = [];
}

function play() {
  if (notes.length && offered && rings) return;
  silence();
  if (!offered || !rings || sound?.state !== "running") return;
  for (let n = 0; n < (offered.times ?? TIMES); n++) notes.push(note(659, n * EVERY), note(784, n * EVERY + 0.22));
}

function note(pitch, after) {
  const at = sound.currentTime + after;
  const tone = sound.createOscillator();
  const loudness = sound.createGain();
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.18, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
  tone.connect(loudness).connect(sound.destination);
  tone.start(at);
  tone.stop(at + 0.45);
  return tone;
}

export function beHeard() {
  attempt();
  for (const gesture of ["pointerdown", "pointerup", "keydown", "click"]) addEventListener(gesture, unlock, true);
}
