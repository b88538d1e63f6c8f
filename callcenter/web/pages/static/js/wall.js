// The wall's own manners: full screen, and tables that stay in the order one chose whatever the stream sends.
const chosen = new Map(); // table -> { column, descending }

const button = document.getElementById("full-screen");
button?.addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});
document.addEventListener("fullscreenchange", () => {
  document.documentElement.classList.toggle("is-full-screen", Boolean(document.fullscreenElement));
});

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
orderAll();
document.addEventListener("htmx:after:swap", orderAll);
