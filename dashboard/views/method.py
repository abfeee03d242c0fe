"""What the numbers mean, how far they can be trusted, and who should not use them."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.views.cards import card
from dashboard.views.safety import show_comfortable_range
from dashboard.words import say, text
from sessions.safety import NOT_MEDICAL, STOP_NOW

ASK_FIRST: Final = text("""
Do not use it, or ask a doctor or therapist first, if any of this applies to you:

- osteoporosis, or a vertebra that was ever broken: turning to the end of the range loads the
  vertebrae. Where turning is allowed at all, turn slowly and stay well inside a comfortable range
- surgery on spine, ribs, shoulder or belly in the last 12 weeks, or a recent injury
- a spine known to be unstable (also a slipped vertebra), an inflammatory disease of the spine, or
  a fusion
- cancer that has reached bone
- a disc problem with pain, tingling or weakness into the leg
- late pregnancy (for the positions), vertigo
- wrist or knee trouble (for the drill on all fours)
- a pacemaker or another implant near a magnet, skin that reacts to tape
""")

ANGLES: Final = text("""
All angles are rotations about the line of your spine, in degrees, compared with your still start
position. **Left is positive** and up in the pictures.

| shown as | what it is |
|---|---|
| **Pelvis** | the pelvis against its own start position |
| **Lumbar** | the junction of chest and lower back (T12) against the pelvis |
| **Thoracic** | the upper back (T1–T4) against T12 |
| **Total** | pelvis, lumbar and thoracic together: how far the upper back turned in the room |

**Shares** are the parts of the total that each segment contributed while you turned. They add up
to 100 and are pooled over the whole turn. There is no ratio of thoracic to lumbar here: when the
lower part is small, such a ratio can be anything.
""")

MEASURED: Final = text("""
| | three sensors | two sensors |
|---|---|---|
| pelvis, chest against pelvis, whole turn | measured | measured |
| lumbar and thoracic | **measured**, but for soft tissue | **estimated** from their sum |
| shares of lumbar and thoracic | measured, with an interval | estimated: hatched, wide interval |
| side of the turn, number of repetitions | measured | measured |
| reasons and hints | rules, not tested on outcomes | rules, not tested on outcomes |
| real change or noise | your own sessions and published figures | the same, without the split |

Not known at all: what a single vertebra does, how much the skin moves on you, and whether a turn is
good for you.
""")

TRUST: Final = text("""
Every number comes with an interval. The true value lies inside 95 % intervals about 19 times out
of 20, as far as the known sources of error go: how the sensors sit, the slow drift of their
heading, how well the start position was met, and the split.

- **Three sensors** (pelvis, T12, upper back): lumbar and thoracic are *measured*.
- **Two sensors** (pelvis, upper back): only their sum is measured. It is divided by a typical
  split from the literature, or by your own if you calibrated one. Such parts are drawn **hatched**
  or dashed, and their intervals are wide: that is honest, not a fault.
- No magnetometer is used: iron and electronics indoors do more harm than good. Heading drifts
  slowly instead, and is put right at each **return to the middle**. So rest there for a second.
- *Doubtful* repetitions are counted and say why. A side bend or a bow is no repetition.
""")

BLIND: Final = text("""
The sensors cannot see the neck, the arms, the shoulder blades or held breath. Lifting an elbow
without turning the trunk looks like nothing, and it should. Skin moves over bone: near the end of
a turn the true angle may be some degrees larger than shown. The limits behind the coaching hints
are sensible choices, not tested on outcomes.
""")

DRILLS: Final = text("""
**Seated.** Sit tall on a firm chair, feet flat, arms as you will keep them. Keep both sit bones
heavy. Turn slowly, breathe out, come back, rest a second in the middle.

**On all fours.** Hands under shoulders, knees under hips, one hand behind the head. Keep the hips
still over the knees. Open the chest to one side, come back, rest a second in the middle.

**Sensors.** Pelvis: flat on the sacrum, between the two dimples. T12: on the spine where the last
ribs meet it. Upper back: on T2, just below the prominent bone of the neck. Tape beats elastic;
elastic over tape is best.
""")

PRIVACY: Final = text("""
Sessions stay on this computer. There is no account and nothing is sent anywhere. Delete a session
on its page and it is gone, with its recording. Under *Sessions*, *People*, everything about one is
packed into one file, or erased.
""")


def show() -> None:
    """Show the page."""
    st.title(say("Method & safety"))
    st.warning(say(NOT_MEDICAL), icon=":material/health_and_safety:")
    left, right = st.columns(2, gap="large")
    with left:
        with card("Before you start"):
            st.header(say("Before you start"))
            st.markdown(say(ASK_FIRST))
            show_comfortable_range()
        _section(text("When to stop"), STOP_NOW)
        _section(text("The drills"), DRILLS)
    with right:
        _section(text("What the numbers mean"), ANGLES)
        _section(text("Measured or estimated"), MEASURED)
        _section(text("How far to trust them"), TRUST)
        _section(text("What cannot be seen"), BLIND)
        _section(text("Your data"), PRIVACY)


def _section(title: str, words: str) -> None:
    with card(title):
        st.header(say(title))
        st.markdown(say(words))
