// Notes are kept as they are typed. The agent may have several pages: a field that was not touched follows what another
// page has kept; one that was is never written over, and what the outcome was recorded without stands here until it is
// added to it.
import { post } from "./desk-api.js";
import { sayKept, watchOver } from "./leaving.js";

const EVERY = 700; // milliseconds without a key
const AGAIN = 4000; // after a failure
let known = null; // { contact, revision, text, typed }: what the server has of the field, and what stands in it
let saving = false;
let timer = null;
let submitted = null; // what the outcome was sent with
const unsaved = []; // [contact, text] of contacts that were recorded without it
const place = document.getElementById("unsaved");

const field = () => document.querySelector("[data-notes]");

function look() {
  const notes = field();
  const contact = notes?.form.elements.contact_id.value;
  if (known && known.contact !== contact) {
    if (known.typed.trim() && known.typed !== known.text && known.typed !== submitted) rescue(known.contact, known.typed);
    known = null;
  }
  if (!notes) return;
  known ??= { contact, revision: Number(notes.form.elements.revision.value), text: notes.defaultValue, typed: notes.value };
  if (!saving) compare(notes, document.getElementById("draft"));
}

function compare(notes, draft) {
  const revision = Number(draft.dataset.revision);
  if (revision <= known.revision) return;
  const theirs = draft.textContent;
  if (notes.value === known.text || notes.value.trim() === theirs) {
    if (notes.value.trim() !== theirs) notes.value = theirs;
    agree(notes, revision, notes.value);
  } else {
    showTheirs(notes, theirs);
  }
}

// The page and the server hold the same.
function agree(notes, revision, text) {
  Object.assign(known, { revision, text, typed: notes.value });
  notes.form.elements.revision.value = revision;
  showTheirs(notes, null);
}

function showTheirs(notes, theirs) {
  const box = document.getElementById(`${notes.form.id}-theirs`);
  box.hidden = theirs === null;
  const quote = box.querySelector("blockquote");
  if (quote.textContent !== (theirs ?? "")) quote.textContent = theirs ?? "";
}

function take(notes) {
  const draft = document.getElementById("draft");
  notes.value = [notes.value.trim(), draft.textContent].filter(Boolean).join("\n\n");
  agree(notes, Number(draft.dataset.revision), draft.textContent);
  notes.focus();
  save();
}

async function save() {
  clearTimeout(timer);
  const notes = field();
  if (!notes || !known || notes.value === known.text) return;
  if (saving) return later(EVERY);
  const { contact, revision } = known;
  const text = notes.value;
  saving = true;
  const answer = await post("notes", { contact_id: contact, notes: text, revision });
  saving = false;
  if (known?.contact !== contact) return;
  if (answer?.ok) {
    const { recording } = await answer.json();
    if (known?.contact !== contact || recording?.contact_id !== contact) return look();
    agree(notes, Math.min(recording.notes_revision, revision + 1), text);
    sayKept(document.getElementById(`kept-${contact}`), notes.form);
  } else if (answer?.status !== 409) {
    const kept = document.getElementById(`kept-${contact}`);
    if (kept) kept.textContent = kept.dataset.fails;
    later(AGAIN);
  }
  look();
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

function rescue(contact, text) {
  unsaved.push([contact, text]);
  if (unsaved.length === 1) showUnsaved();
}

function showUnsaved() {
  place.hidden = unsaved.length === 0;
  const said = document.getElementById("unsaved-said");
  said.textContent = unsaved.length ? said.dataset.said : "";
  document.getElementById("unsaved-text").value = unsaved[0]?.[1] ?? "";
}

async function add() {
  const answer = await post("add-notes", { contact_id: unsaved[0][0], notes: document.getElementById("unsaved-text").value });
  if (answer?.ok) return drop();
  const refusal = await answer?.json().catch(() => null);
  if (refusal?.sentence) document.getElementById("unsaved-said").textContent = refusal.sentence;
}

function drop() {
  unsaved.shift();
  showUnsaved();
}

if (place) {
  look();
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-notes]") || !known) return;
    known.typed = event.target.value;
    const kept = document.getElementById(`kept-${known.contact}`);
    if (kept) kept.textContent = "";
    later(EVERY);
  });
  document.addEventListener("submit", (event) => {
    const notes = event.target.querySelector("[data-notes]");
    if (notes) submitted = notes.value;
  }, true);
  document.addEventListener("lacks", () => (submitted = null));
  document.addEventListener("visibilitychange", () => document.hidden && save());
  addEventListener("pagehide", save);
  const isUnkept = (notes) => Boolean(known && notes && notes.value !== known.text);
  watchOver((within) => (within.contains(field()) && isUnkept(field())) || (within.contains(place) && unsaved.length > 0), save);
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-take-theirs]")) take(field());
    if (target.closest("[data-add-unsaved]")) add();
    if (target.closest("[data-drop-unsaved]")) drop();
  });
}
