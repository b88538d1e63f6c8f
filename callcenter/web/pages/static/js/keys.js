// Alt + Maj + a letter presses the one thing that announces it, or goes to its field. Which letter does what is chosen by
// each agent (`/desk/keys`), and stands on what it presses.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
  const letter = letterOf(event);
  const target = letter && targetOf(letter);
  if (!target) return;
  event.preventDefault();
  if (target.matches("button, a") && target.dataset.key === letter) target.click();
  else target.focus();
});

function targetOf(letter) {
  const seen = [...document.querySelectorAll(`[data-key="${letter}"]`)].filter((each) => each.checkVisibility());
  const first = seen.find((each) => each.contains(document.activeElement)) ?? seen[0];
  return first?.matches("form") ? nextField(first) : first;
}

// The first that has no answer, after where one stands, then from the beginning; else what records it.
function nextField(form) {
  const asked = [...form.querySelectorAll("[data-asked]")].filter((each) => each.checkVisibility() && lacks(each));
  const after = asked.filter((each) => document.activeElement.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  const next = (after.length ? after : asked)[0];
  if (!next) return [...form.elements].find((each) => each.matches(".finish button:not([type=button])")) ?? null;
  return next.matches("fieldset") ? next.querySelector("input:not(:disabled)") : next;
}

function lacks(each) {
  if (!each.matches("fieldset")) return !each.value;
  return !each.querySelector("input:checked");
}

// Alt changes what a key types on some keyboards, so the place of the key is read where its letter is lost.
function letterOf(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  const azerty = { KeyQ: "a", Semicolon: "m", KeyA: "q", KeyW: "z", KeyZ: "w" };
  return azerty[event.code] ?? (/^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : null);
}
