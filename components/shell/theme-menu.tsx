"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";
import { buttonVariants } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { DropdownMenu, MenuChoice, MenuLabel } from "#components/ui/dropdown-menu.tsx";

const changed = "forge:theme";

type Theme = "light" | "dark" | "system";

function subscribe(listener: () => void) {
  window.addEventListener(changed, listener);
  window.addEventListener("storage", listener);
  return () => {
    window.removeEventListener(changed, listener);
    window.removeEventListener("storage", listener);
  };
}

function chosen(): Theme {
  try {
    const stored = localStorage.getItem("forge.theme");
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}

/** public/theme.js listens and paints, in this tab and in the others. */
export function chooseTheme(theme: Theme) {
  try {
    localStorage.setItem("forge.theme", theme);
  } catch {
    // Without storage the system's theme stays.
  }
  window.dispatchEvent(new Event(changed));
}

const options = [
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
  { value: "system", label: "System", icon: <Monitor aria-hidden /> },
] as const;

/** In the top bar; its icon is the theme that is painted, by CSS, so that it never shows the wrong one first. */
export function ThemeMenu() {
  return (
    <DropdownMenu
      trigger={
        <button
          type="button"
          aria-label="Theme"
          className={cn(buttonVariants({ variant: "ghost", size: "icon" }), "size-7")}
        >
          <Sun aria-hidden className="dark:hidden" />
          <Moon aria-hidden className="hidden dark:block" />
        </button>
      }
    >
      <ThemeChoice />
    </DropdownMenu>
  );
}

/** The theme's three choices, inside a menu. */
export function ThemeChoice() {
  const theme = useSyncExternalStore(subscribe, chosen, () => "system" as const);
  return (
    <>
      <MenuLabel>Theme</MenuLabel>
      <MenuChoice value={theme} options={options} onChoose={chooseTheme} />
    </>
  );
}
