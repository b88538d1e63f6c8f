// Help brought into a conversation: whom to ask is found as one types, what was pressed leaves the field empty for the
// next keys, and a follow-up is noted where the notes are.
import { sayAt } from "./beside.js";

const MARKS = /[\u0300-\u036f]/g;
let seeks = false; // the tool has closed: the focus goes to what may be done now

function plain(text) {
  return text.normalize("NFKD").replace(MARKS, "").toLowerCase();
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-finds]")) return;
  const words = plain(target.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const each of document.querySelectorAll(`${target.dataset.finds} [data-found]`)) {
    const text = plain(each.dataset.found);
    each.hidden = !words.every((word) => text.includes(word));
    found += each.hidden ? 0 : 1;
  }
  document.getElementById("help-none").hidden = found > 0;
});

document.addEventListener("click", ({ target }) => {
  const asked = target.closest?.("[data-follow-up]");
  const notes = asked && document.querySelector("[data-notes]");
  if (!notes) return;
  notes.value = [notes.value.trimEnd(), asked.dataset.followUp].filter(Boolean).join("\n");
  notes.dispatchEvent(new Event("input", { bubbles: true }));
  sayAt(asked, asked.dataset.followUp);
  notes.focus();
});

document.addEventListener("pressed", () => {
  const form = document.querySelector("[data-empties=pressed]");
  form?.reset();
  form?.querySelector("input:not([type=hidden])").focus();
});

document.addEventListener("helped", () => (seeks = true));
document.addEventListener("htmx:after:swap", () => {
  if (!seeks) return;
  seeks = false;
  if (document.activeElement === document.body) document.querySelector(".consult__acts :is(a, button)")?.focus();
});

document.addEventListener("keydown", ({ key, target }) => {
  const open = key === "Escape" && target.closest?.(".consult__more[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
