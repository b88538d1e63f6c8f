// One contact may be several démarches: each is a copy of the form's own template, with its own number.
document.addEventListener("click", ({ target }) => {
  const add = target.closest("[data-add]");
  if (add) {
    append(document.getElementById(add.dataset.add).querySelector(".demarches")).querySelector("select").focus();
    document.dispatchEvent(new Event("demarches"));
  }
  const remove = target.closest("[data-remove]");
  if (remove) {
    const form = remove.closest("form");
    take(remove.closest(".demarche"));
    document.querySelector(`[data-add="${form.id}"]`)?.focus();
    document.dispatchEvent(new Event("demarches"));
  }
});

// One more, under this number or the next.
export function append(list, wanted) {
  const last = [...list.querySelectorAll(".demarche")].at(-1);
  const number = wanted ?? Number(last?.dataset.n ?? -1) + 1;
  const copy = list.querySelector("template").content.firstElementChild.cloneNode(true);
  copy.dataset.n = number;
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of ["id", "for", "name", "aria-labelledby", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value?.includes("-N")) element.setAttribute(name, value.replaceAll("-N", `-${number}`));
    }
  }
  list.querySelector("template").before(copy);
  renumber(list);
  return copy;
}

export function take(demarche) {
  const list = demarche?.parentElement;
  demarche?.remove();
  if (list) renumber(list);
}

function renumber(list) {
  list.querySelectorAll(".demarche__number").forEach((place, index) => (place.textContent = index + 1));
}

// A visit that is recorded leaves an empty form.
document.addEventListener("recorded-visit", () => {
  const form = document.getElementById("visit-form");
  form.querySelectorAll(".demarche:not(:first-child)").forEach((each) => each.remove());
  form.reset();
  for (const field of form.querySelectorAll("select, textarea, [type=text], [type=radio]:checked")) {
    if (field.name === "department") continue;
    if (field.type === "radio") field.checked = field.value === "none";
    else field.value = "";
  }
});

// Whether a démarche is settled is never suggested: O or N answers where one stands, in whichever language the page is.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-settled]");
  if (!field || event.altKey || event.ctrlKey || event.metaKey || event.key.length !== 1) return;
  const letter = event.key.toLowerCase();
  const answer = [...field.querySelectorAll("label")].find((label) => label.textContent.trim().toLowerCase()[0] === letter);
  if (answer) answer.control.click();
  answer?.control.focus();
});

// What a form lacks is said under each field, and goes with the answer; the first has the focus.
const clear = (element) => element.querySelectorAll(".lacks").forEach((place) => place.replaceChildren());

document.addEventListener("change", ({ target }) => {
  const of = target.closest(".choices, .field, .fr-checkbox-group");
  if (of && target.form?.matches("[data-keeps]")) clear(of);
});
document.addEventListener("submit", ({ target }) => target.matches("[data-keeps]") && clear(target), true);
document.addEventListener("lacks", ({ detail }) => {
  const at = document.getElementById(detail.field);
  const field = at?.matches("fieldset") ? at.querySelector("input:not(:disabled)") : at;
  field?.focus({ preventScroll: true });
  (at?.closest(".choices, .field") ?? at)?.scrollIntoView({ block: "nearest" });
});

// What is to be read to somebody who is called back: when, for what, and by whom.
function readBack(form) {
  const place = form.querySelector(".readback");
  if (!place) return;
  const { callback, callback_day: day, callback_half: half, callback_by: by } = form.elements;
  const slot = callback.value === "other" ? otherDay(day.value, half.value, place) : labelOf(form, callback.value);
  place.hidden = !slot || !by.value;
  const what = phraseOf(form);
  const about = what ? place.dataset.about.replace("{what}", () => what) : "";
  const sentence = place.dataset.readback.replace("{when}", slot).replace("{about}", () => about);
  const said = sentence.replace("{who}", place.dataset[by.value] ?? "");
  if (!place.hidden && place.textContent !== said) place.textContent = said;
}

// What is said of the démarche that is followed up by a callback, where a phrase was written for it.
function phraseOf(form) {
  const followed = [...form.querySelectorAll(".demarche")].find((each) => each.querySelector("[name^=follow_up-]:checked")?.value === "callback");
  return followed?.querySelector("[name^=procedure-]").selectedOptions[0]?.dataset.said ?? "";
}

function labelOf(form, code) {
  const chosen = code && form.querySelector(`[name=callback][value="${code}"]`);
  if (!chosen) return "";
  const [label, hours] = [...chosen.labels[0].childNodes].map((node) => node.textContent.trim()).filter(Boolean);
  return hours ? `${label} (${hours})` : label;
}

function otherDay(day, half, place) {
  if (!day) return "";
  const said = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
  return `${said.format(new Date(`${day}T12:00`))}, ${half === "a" ? place.dataset.halfA : place.dataset.halfM}`;
}

function readAll() {
  document.querySelectorAll("form[data-keeps=answers]").forEach(readBack);
}

for (const when of ["change", "input", "htmx:after:swap"]) document.addEventListener(when, readAll);
readAll();

// What is gone on with is the first démarche, unless another was chosen.
document.addEventListener("goes-on", ({ detail }) => {
  const first = document.querySelector("form[id^=record-] [name=procedure-0]");
  if (!first || first.value) return;
  first.value = detail.procedure;
  first.dispatchEvent(new Event("change", { bubbles: true }));
});
