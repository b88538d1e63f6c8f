// Before the first paint: the reader's own light or dark.
const dark = matchMedia("(prefers-color-scheme: dark)");

function follow() {
  const root = document.documentElement;
  const scheme = root.dataset.frScheme;
  root.dataset.frTheme = scheme === "system" ? (dark.matches ? "dark" : "light") : scheme;
}

follow();
dark.addEventListener("change", follow);
