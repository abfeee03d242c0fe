"""What the document says around its tables: how it was measured, and why a row is lost."""

from __future__ import annotations

TITLE = """# Benchmarks

`make bench` measures all of this on your computer and writes this page anew; one part of it:
`.venv-bench/bin/python -m benchmarks document --only NAME`, with the name that stands under its
heading. The other programs live in an environment of their own; torso needs none of them except
`vqf` and `ahrs`.

How: what is compared runs in one process in turns (A B C, A B C …); processor time of one core,
because wall time belongs to whatever else the computer does; medians, in brackets the smallest and
the largest; ratios are taken within a round. **Where torso is not first, the table says so** (✗),
and why stands below it.
"""

SPINE = """\
Simulated sessions with truth ({seeds} per drill, {minutes:g} min each, main severity, three
sensors, seeds from {first}): mean of the RMS error in °, in brackets the worst session. The others
get the same samples, neutral and definitions; those that learn no bias get the one of the table
rest. ✗: better than torso offline. The simulator is torso's own and shows algorithm error only.
"""

SPINE_WHY = """\
None of the others gives an interval, and none uses that people come back to neutral: that, not the
filter, is what holds the heading when seated. On all fours the spine line is horizontal, heading
hardly matters, and good filters come close to each other; what is left there is inclination and
soft tissue. OpenSense and qmt make no orientations: they are given VQF's, both ways, with the bias
at rest taken out and what VQF learns in motion, and keep their heading drift. qmt's correction
knows the range of a joint only, which bounds the heading of a vertical axis and does not hold it.
"""

TRIALS = """\
{count} trials of the BROAD benchmark (one sensor, optical truth; Laidig et al. 2021, CC BY 4.0),
magnetometer-free; mean over the trials of the RMS error in °, in brackets the worst. ✗: better
than torso offline.
"""

PAIRS = """\
All {count} pairs of them, played as pelvis and upper back: axial rotation between the two, where
the swing is below 90°.
"""

TRIALS_WHY = """\
torso's orientation *is* VQF's, with the bias taken beforehand and its own estimates of it off, so
on a single trial the two differ by what VQF learns of the bias, and some rows go to VQF as it
comes. On a worn pelvis that learning does harm, which these trials cannot show. Heading here is
mostly scale error of these sensors, much the same for all good filters; a filter whose inclination
is worse can by chance end with less drift. Nobody in these trials comes back to a neutral, so
torso's drift model has nothing to use, and in pairs of the wildest motion it can be behind. torso
brings 286 Hz to its grid of 100 Hz first.
"""

OFFLINE = """\
A seated session of {minutes:.1f} min, three sensors at 100 Hz, {rounds} rounds. torso's rows hold
everything from samples to angles, intervals, repetitions and shares; the others make orientations
only, from samples already on a grid.
"""

OFFLINE_WHY = """\
✗: cheaper than torso, because it does less: floors and compiled filters make no angle, look for no
neutral and smooth nothing. torso uses the core without its estimation of bias; so it is {core:.0%}
of torso here.
"""

TARGETS_WHY = """
Where a speed target is missed: beside the core, every sample is put on the grid, turned into angles
with their errors and looked at for stillness, in passes of numpy over chunks that stay in the
processor's cache; and each repetition, return to neutral and filled loss costs a fraction of a
millisecond, an hour of them more than the core.
"""

LIVE = """\
Processor time of one step of 10 ms of three sensors at 100 Hz, and what a stream takes of a core.
"""

LIVE_WHY = """\
The filters take each sample once, and do nothing else; torso live also fills losses, looks for
stillness, follows the drift, separates the segments, finds repetitions and says how sure it is.
For that reason it is behind the filters marked ✗. A step costs by the call, so packets of four
samples (what sensors send) cost a fraction of single samples.
"""

COLD = """\
A new process each time; a first round, which compiles modules and fills the disk's cache, is not
counted.
"""

COLD_WHY = """\
`torso demo` counts until its page answers; its processor time is that of both processes until they
have ended.
"""

SCALING = """\
One seated drill, three sensors at 100 Hz, each session in a process of its own. Memory is the most
there was, less what was there once the samples were loaded (offline) or before the first was read
(in blocks). Drills longer than a quarter of an hour are a simulated one laid end to end.
"""

SCALING_WHY = """\
Cost grows as length to the power of {offline:.2f} offline and {blocks:.2f} in blocks (1 is a
straight line through the origin). In blocks, a session of any length goes through the live
pipeline (`Pipeline(setup, keep=False)`): samples are read half a minute at a time. Offline
smoothing needs the whole drill in memory.
"""

OTHERS_WHY = """\
Sensors: the chain has three places (pelvis, T12, upper back); six are not supported, so there is
no third point; two cost more than three here because a new process has to load scipy once, for the
distribution of their lumbar share. Rates: everything is brought to one grid of 100 Hz, so only
thinning out grows with the rate.
"""

PAGE = """\
The real service with the simulated wearer (three sensors at 120 Hz) and the real page in headless
Chromium for {seconds:.0f} s, then the same live stream drawn by `st.fragment(run_every=0.1)` and
`st.line_chart`; one viewer each. Latency is from a notification's arrival to the picture that shows
it.
"""

PAGE_WHY = """\
The service, with the simulated wearer, fusing and recording, takes {streaming}. The browser's heap:
{before_mb:.1f} MB, after {seconds:.0f} s {after_mb:.1f} MB.
"""

DECODING = """\
From bytes to samples on the session clock, µs of processor per sample and sensor: a second of
notifications at once, as from a recording; as many as a radio brings at a time (every 45 ms); and
one by one. The best of many short rounds.
"""

DECODING_WHY = """\
What is dear is the call: a protocol with one sample in a notification brings three or four at a
time over a radio, and everything that is done once for all of them is shared by few.
"""

RECORDING = """\
{minutes:.0f} min of three simulated sensors at 100 Hz, {rounds} rounds: written twenty times a
second of the session and brought to the disk twice, then read back into samples. The floor writes
the notifications' bytes as often, and nothing else: no time, no name, no order, nothing to find an
error by.
"""

RECORDING_WHY = """\
A recording can be read up to the place where it was cut, whatever cut it:
`python -m benchmarks recorder` and `killed`.
"""

BATCH = """\
`torso batch` over {sessions} sessions of {minutes:g} min (three sensors, 100 Hz, CSV files), with
one process, with several, and once more when all is done. Processor time is that of all processes,
their start included.
"""

DISPATCH = """\
{jobs} processes take {of_ideal:.2f} of the ideal time and {cost:.2f} of the processor time of one;
the tables are {equal}. What handing out a session costs is measured without any: {dispatched:,}
jobs that have nothing to do, to two processes and to a Dask cluster on this computer. "In front" is
what does not get less with more workers: who hands out, and Dask's scheduler.
"""

BATCH_WHY = """\
By these figures, and without having been tried, a cluster of {processors} such processors does
{per_s:.0f} of these sessions a second ({each_s:.2f} s each), a million in {hours:.1f} hours, if its
store gives {mb_per_s:,.0f} MB/s ({mb:.1f} MB a session as CSV; a packed recording is a quarter).
Handing out then fills {front:.0%} of one processor if client and scheduler share it; in most
clusters they do not. One such processor is enough for about {most:,.0f} workers.
"""
