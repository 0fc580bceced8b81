/** The few moving parts of the pages that are plain templates: theme and copying. */
import "./styles/index.css";
import { chooseTheme, type ThemeChoice } from "./features/frame/theme";

function wireTheme(select: HTMLSelectElement): void {
  select.addEventListener("change", () => chooseTheme(select.value as ThemeChoice));
}

function wireCopy(button: HTMLButtonElement): void {
  button.addEventListener("click", () => {
    const text = document.getElementById(button.dataset.copies ?? "")?.textContent ?? "";
    void navigator.clipboard.writeText(text.trim()).then(() => {
      button.textContent = "Copied";
    });
  });
}

for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-theme-choice]"))
  wireTheme(select);
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copies]")) wireCopy(button);
