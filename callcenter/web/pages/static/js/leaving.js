// What was typed and is kept nowhere: leaving it asks, and a form that the server shows again with it says so
// (`data-typed`). A link that gives the form up asks nothing. A form that is kept as it is typed (`data-keeps`) asks only while
// the server does not have it yet; one that searches, or that one press does, never.
const waits = new Set(); // what says whether something of its own is not kept yet

// `isUnsaved`: whether there is, within this element; `saveNow`: tries to, and says when it has ended.
export function watchOver(isUnsaved, saveNow) {
  waits.add({ isUnsaved, saveNow });
}

export function isUnsaved(within = document) {
  return Boolean(within.querySelector("form[data-typed]")) || [...waits].some((each) => each.isUnsaved(within));
}

// « Gardées » is said of a whole form, or not yet: its notes and its answers are kept by two requests.
export function sayKept(place, form) {
  if (place && !isUnsaved(form)) place.textContent = place.dataset.said;
}

export async function saveAll() {
  await Promise.all([...waits].map((each) => each.isUnsaved(document) && each.saveNow()));
}

function typed({ target }) {
  const form = target.form ?? target.closest?.("form");
  if (form?.method === "post" && !form.matches(".act, [role=search], [data-keeps]")) form.dataset.typed = "";
}

// What was typed and sent is kept, unless it was refused or did not arrive.
function send({ target: { dataset } }) {
  if ("typed" in dataset) dataset.sent = "";
  else delete dataset.sent;
  delete dataset.typed;
}

export function isBack(form) {
  if (form && "sent" in form.dataset) form.dataset.typed = "";
}

document.addEventListener("input", typed);
document.addEventListener("change", typed);
document.addEventListener("click", ({ target }) => delete target.closest?.("[data-give-up]")?.closest("form")?.dataset.typed, true);
document.addEventListener("reset", ({ target }) => delete target.dataset.typed);
document.addEventListener("submit", send);
for (const failed of ["htmx:response:error", "htmx:error"]) {
  document.addEventListener(failed, ({ detail: { ctx } }) => ctx?.sourceElement.matches("form") && isBack(ctx.sourceElement));
}
addEventListener("beforeunload", (event) => {
  if (!isUnsaved()) return;
  saveAll();
  event.preventDefault();
});

// Signing out ends the session by which it would be kept: that comes first.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[action='/sign-out']") || ![...waits].some((each) => each.isUnsaved(document))) return;
  event.preventDefault();
  await saveAll();
  form.submit();
});
