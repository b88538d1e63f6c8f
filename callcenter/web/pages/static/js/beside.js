// What came of a press is said beside what was pressed: it covers nothing that moves, and moves nothing itself. It stays
// when what was pressed is gone, until the next press, Escape, or for what went well a few seconds.
const STAYS = 6000; // milliseconds
const GAP = 8; // pixels
const said = document.getElementById("said");
let pressed = { left: 0, right: 0, top: 0, bottom: 0 };
let timer = null;

function place() {
  const { width, height } = said.getBoundingClientRect();
  const room = { across: document.documentElement.clientWidth, down: document.documentElement.clientHeight };
  const below = pressed.bottom + GAP + height <= room.down;
  const top = below ? pressed.bottom + GAP : pressed.top - GAP - height;
  said.style.setProperty("--top", `${Math.max(GAP, Math.min(top, room.down - height - GAP))}px`);
  said.style.setProperty("--left", `${Math.max(GAP, Math.min(pressed.left, room.across - width - GAP))}px`);
}

// It is said at this element.
export function sayAt(element, sentence, isError = false) {
  pressed = element.getBoundingClientRect();
  const box = document.createElement("div");
  box.className = `fr-alert fr-alert--${isError ? "error" : "success"} fr-alert--sm`;
  if (isError) box.setAttribute("role", "alert");
  box.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  said.replaceChildren(box);
  show();
}

function show() {
  clearTimeout(timer);
  if (!said.firstElementChild) return;
  place();
  if (!said.querySelector("[role=alert]")) timer = setTimeout(clear, STAYS);
}

function clear() {
  clearTimeout(timer);
  said.replaceChildren();
}

if (said) {
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const from = ctx.request.submitter ?? ctx.sourceElement;
    if (from.checkVisibility()) pressed = from.getBoundingClientRect();
    clear();
  });
  new MutationObserver(show).observe(said, { childList: true });
  document.addEventListener("keydown", (event) => event.key === "Escape" && clear());
  said.addEventListener("click", clear);
}
