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

/** A browser asks its person once whether a site may show notices: at the moment when they choose so. */
function wireNotices(box: HTMLInputElement): void {
  box.addEventListener("change", () => {
    if (box.checked && "Notification" in window) void Notification.requestPermission();
  });
}

for (const box of document.querySelectorAll<HTMLInputElement>("input[data-asks-notification]"))
  wireNotices(box);
for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-theme-choice]"))
  wireTheme(select);
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copies]")) wireCopy(button);
