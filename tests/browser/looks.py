"""What axe-core, and a look at the width, find on a page: wide and narrow, light and dark.

axe-core comes with its package, offline.
"""

import itertools

from axe_playwright_python.sync_playwright import Axe

SERIOUS = {"serious", "critical"}

WHOLE = {(1440, "light"), (390, "dark")}
"""The looks that get every rule; in the others only the colours are new."""

DRAWN = """() => !document.querySelector('[data-testid=stSkeleton]')
  && document.querySelector('[data-test-script-state=notRunning]') !== null
  && [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
    .every((chart) => chart.querySelector('canvas, svg'))"""


def findings(page):
    """Return what is wrong with a page that is all there, by finding and look."""
    page.wait_for_function(DRAWN)
    found = {}
    for width, scheme in itertools.product((1440, 390), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(
            "([width, scheme]) => innerWidth === width"
            " && matchMedia(`(prefers-color-scheme: ${scheme})`).matches",
            arg=[width, scheme],
        )
        options = {"resultTypes": ["violations"]}
        if (width, scheme) not in WHOLE:
            options["runOnly"] = ["color-contrast"]
        for violation in Axe().run(page, options=options).response["violations"]:
            if violation["impact"] in SERIOUS:
                found[f"{violation['id']} {width} {scheme}"] = [
                    n["html"][:200] for n in violation["nodes"]
                ]
        wide = page.evaluate("""() => Math.max(...[
          document.documentElement, document.querySelector('[data-testid=stMain]'),
        ].map((e) => e.scrollWidth - e.clientWidth))""")
        if wide > 0:
            found[f"scrolls sideways {width}"] = wide
    return found
