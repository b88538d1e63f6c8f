// The wall's own manners: full screen, with whole rows and no others; tables that stay in the order one chose whatever the
// stream sends; and a word to an agent whose state one changes.
const chosen = new Map(); // table -> { column, descending }

const button = document.getElementById("full-screen");
button?.addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});
document.addEventListener("fullscreenchange", () => {
  document.documentElement.classList.toggle("is-full-screen", Boolean(document.fullscreenElement));
  fitAll();
});

// In full screen nothing scrolls: rows that do not fit are left out whole, from the last, and their number is told by
// `more`, which takes its own place: with those that the server left out already (`data-beyond`).
function fit(box, rows, more) {
  const left = [...rows];
  const tell = () => {
    if (!more) return; // a table that is never cut
    const hidden = rows.length - left.length + Number(more.dataset.beyond ?? 0);
    more.textContent = hidden ? more.dataset.more.replace("{n}", hidden) : "";
  };
  for (const row of rows) row.classList.remove("is-beyond");
  tell();
  if (!document.documentElement.classList.contains("is-full-screen")) return;
  while (left.length && box.scrollHeight > box.clientHeight + 1) {
    left.pop().classList.add("is-beyond");
    tell();
  }
}

function fitAll() {
  for (const box of document.querySelectorAll(".wall__columns .scroll")) {
    const table = box.querySelector("table");
    if (table) fit(box, table.tBodies[0].rows, box.closest(".panel").querySelector(".panel__more"));
  }
  for (const list of document.querySelectorAll(".wall .alarms")) fit(list, list.querySelectorAll(".alarm:not(.alarm--rest)"), list.lastElementChild);
  for (const told of document.querySelectorAll(".wall__orders > .told")) fit(told, told.querySelectorAll(".standing__line"), told.querySelector(".told__left"));
}
addEventListener("resize", fitAll);

function key(row, column) {
  const cell = row.cells[column];
  return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
}

function compare(a, b) {
  return typeof a === "number" ? a - b : a.localeCompare(b, document.documentElement.lang);
}

function order(table) {
  const { column, descending } = chosen.get(table.dataset.sortable) ?? {};
  for (const [n, head] of [...table.tHead.rows[0].cells].entries()) {
    if (!head.querySelector("button")) {
      const sorter = document.createElement("button");
      sorter.type = "button";
      sorter.className = "sorter";
      sorter.textContent = head.textContent;
      head.replaceChildren(sorter);
    }
    if (n === column) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  if (column === undefined) return;
  const rows = [...table.tBodies[0].rows];
  const sorted = rows.toSorted((a, b) => compare(key(a, column), key(b, column)) * (descending ? -1 : 1));
  if (sorted.some((row, n) => row !== rows[n])) table.tBodies[0].append(...sorted);
}

function orderAll() {
  for (const table of document.querySelectorAll("table[data-sortable]")) order(table);
}

document.addEventListener("click", (event) => {
  const head = event.target.closest("button.sorter")?.closest("th");
  if (!head) return;
  const table = head.closest("table");
  const before = chosen.get(table.dataset.sortable);
  const same = before?.column === head.cellIndex;
  chosen.set(table.dataset.sortable, { column: head.cellIndex, descending: same ? !before.descending : head.classList.contains("num") });
  order(table);
});
function settle() {
  orderAll();
  fitAll();
}
settle();
document.addEventListener("htmx:after:swap", settle);

// Whoever changes an agent's state says why: the agent reads it.
const move = document.getElementById("move");
const form = document.getElementById("move-agent");
document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-move]");
  if (!asked || !move) return;
  form.reset();
  form.elements.to.value = asked.dataset.move;
  form.elements.agent_id.value = asked.dataset.agent;
  document.getElementById("move-title").textContent = asked.dataset.title;
  document.getElementById("move-do").textContent = asked.textContent;
  move.showModal();
});
document.getElementById("move-no")?.addEventListener("click", () => move.close());
form?.addEventListener("submit", () => move.close());
