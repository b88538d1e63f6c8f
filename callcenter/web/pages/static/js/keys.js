// Alt + Maj + a letter presses the one button that announces it, or goes to its field. It can be switched off.
const box = document.getElementById("use-keys");
const KEPT = "shortcuts";

if (box) {
  box.checked = localStorage.getItem(KEPT) !== "off";
  box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!box.checked || !event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
    const letter = letterOf(event);
    const target = letter && targetOf(letter);
    if (!target) return;
    event.preventDefault();
    if (target.matches("button")) target.click();
    else target.focus();
  });
}

// What can be seen; of several questions, the first without an answer.
function targetOf(letter) {
  const seen = [...document.querySelectorAll(`[data-key="${letter}"]`)].filter((each) => each.checkVisibility());
  return seen.find((each) => each.type === "radio" && !each.form.elements[each.name].value) ?? seen[0];
}

// Alt changes what a key types on some keyboards, so the place of the key is read where its letter is lost.
function letterOf(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  const azerty = { KeyQ: "a", Semicolon: "m" };
  return azerty[event.code] ?? (/^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : null);
}
