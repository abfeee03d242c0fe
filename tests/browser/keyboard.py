"""A page used by somebody without a mouse."""

LOOKS = """(e) => [e, e.parentElement, e.parentElement.parentElement].map((part) => {
  const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(part);
  return [outline, boxShadow, borderColor, backgroundColor].join();
}).join()"""

FOCUSED = "(e) => e.getRootNode().activeElement === e"


def has_focus(control):
    return control.evaluate(FOCUSED)


def reach(page, control):
    """Go to a control with Tab, and see that it shows."""
    control.wait_for()
    page.locator("[data-test-script-state=notRunning]").first.wait_for()
    before = control.evaluate(LOOKS)
    for _ in range(80):
        if has_focus(control):
            break
        page.keyboard.press("Tab")
    else:
        raise AssertionError(f"no way to {control} with Tab")
    page.wait_for_function(
        f"([e, before]) => ({LOOKS})(e) !== before", arg=[control.element_handle(), before]
    )


def go(page, control):
    """Reach a control and press it."""
    reach(page, control)
    page.keyboard.press("Enter")
