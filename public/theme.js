// Runs before the first paint, so that neither the theme nor the rail flashes. Kept as a file: no inline script, no CSP exception.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const paint = () => {
    const chosen = read("forge.theme");
    root.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
  };
  paint();
  if (read("forge.rail") === "narrow") root.dataset.rail = "narrow";
  system.addEventListener("change", paint);
  window.addEventListener("storage", paint);
  window.addEventListener("forge:theme", paint);
})();
