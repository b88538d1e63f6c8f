// One contact may be several démarches: each is a copy of the form's own template, with its own number.
document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add]");
  if (add) append(add.closest("form").querySelector(".demarches"));
  const remove = event.target.closest("[data-remove]");
  if (remove) take(remove.closest(".demarche"));
});

function append(list) {
  const last = [...list.querySelectorAll(".demarche")].at(-1);
  const number = Number(last.dataset.n) + 1;
  const copy = list.querySelector("template").content.firstElementChild.cloneNode(true);
  copy.dataset.n = number;
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of ["id", "for", "name", "list", "aria-labelledby"]) {
      const value = element.getAttribute(name);
      if (value?.endsWith("-N")) element.setAttribute(name, value.slice(0, -1) + number);
    }
  }
  list.querySelector("template").before(copy);
  renumber(list);
  copy.querySelector("select").focus();
}

function take(demarche) {
  const list = demarche.parentElement;
  demarche.remove();
  renumber(list);
  list.closest("form").querySelector("[data-add]").focus();
}

function renumber(list) {
  list.querySelectorAll(".demarche__number").forEach((place, index) => (place.textContent = index + 1));
}

// A visit that is recorded leaves an empty form; its fold closes.
document.addEventListener("recorded-visit", () => {
  const form = document.getElementById("visit-form");
  form.querySelectorAll(".demarche:not(:first-child)").forEach((each) => each.remove());
  form.reset();
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

document.addEventListener("change", (event) => event.target.closest("[data-settled]")?.querySelector("[role=alert]").replaceChildren());

document.addEventListener("lacks", (event) => document.getElementById(event.detail.field)?.focus());
