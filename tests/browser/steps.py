"""Counts what a person does, in the browser itself: what came in at the page, not what a test says.

A step is one deliberate action (ui.md): a press, a choice, typing into a field. Counted by these rules:

- Typing into a field is one step, with the Enter that sends it.
- Signing in is one step; so is filling several cells of one table, or ticking several boxes of it.
- Putting the focus somewhere, scrolling and reading are none.
"""

from __future__ import annotations

from playwright.sync_api import Page

COUNT = r"""(() => {
  const KEPT = "steps-taken";
  const TYPED = "input:not([type=checkbox],[type=radio],[type=file],[type=submit]),textarea";
  const PRESSED = "a,button,summary,label,input,select,option,[role=option],[role=tab],[role=menuitem]";
  let last = null, sent = null;
  const said = (place) => {
    const label = place.getAttribute("aria-label") || place.labels?.[0]?.innerText;
    return (label || place.innerText || place.name || place.tagName).trim().slice(0, 60);
  };
  const step = (kind, place) => {
    const whole = place.closest("table");
    const group = location.pathname === "/login" ? "signing in" : (whole ?? place);
    if ((whole || kind === "typed" || group === "signing in") && group === last) return;
    last = group;
    const taken = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    const what = group === "signing in" ? group : `${kind} ${said(place)}`;
    if (what === "signing in" && taken.at(-1) === what) return;
    sessionStorage.setItem(KEPT, JSON.stringify([...taken, what]));
  };
  addEventListener("input", (event) => {
    if (event.target.matches(TYPED)) step("typed", event.target);
  }, true);
  addEventListener("change", (event) => {
    if (event.target.matches("select,input[type=file]")) step("chose", event.target);
  }, true);
  addEventListener("keydown", (event) => {
    const isTyped = event.target.matches(TYPED);
    if (isTyped && event.key === "Enter") {
      sent = event.timeStamp;
      setTimeout(() => { sent = null; });
      if (last !== event.target && last !== event.target.closest("table")) step("sent", event.target);
    }
    const isShortcut = event.ctrlKey || event.metaKey || (event.shiftKey && event.key.length === 1);
    if (!isTyped && isShortcut && event.key.length === 1) step(`pressed ${event.key}`, document.body);
  }, true);
  addEventListener("click", (event) => {
    if (!event.isTrusted || (sent !== null && event.detail === 0)) return;
    const place = event.target.closest(PRESSED) ?? event.target;
    if (place.matches(TYPED) || place.matches("select") || (place.matches("label") && place.control)) return;
    step("pressed", place);
  }, true);
})()"""
TAKEN = "() => JSON.parse(sessionStorage.getItem('steps-taken') ?? '[]')"


class Steps:
    """The steps that are taken in a window from here on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.add_init_script(COUNT)
        if page.url.startswith("http"):
            page.evaluate(COUNT)
            page.evaluate("() => sessionStorage.removeItem('steps-taken')")

    def taken(self) -> list[str]:
        """Return what was done, in words."""
        found: list[str] = self.page.evaluate(TAKEN)
        return found

    def were(self, count: int) -> None:
        """Fail unless as many steps were taken; forget them."""
        taken = self.taken()
        assert len(taken) == count, taken
        print(f"{count} steps: {'; '.join(taken)}")
        self.page.evaluate("() => sessionStorage.removeItem('steps-taken')")
