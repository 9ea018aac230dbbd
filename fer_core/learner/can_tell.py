"""What this app can tell, how well, and on whom that was measured: the one source of both tables.

`docs/method.md` has it in the field's words, the About page in a learner's. A test holds the two
together with this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How far something can be told, in a learner's words."""

    WELL = "Well"
    PARTLY = "A little"
    NOT = "Not, or nobody knows yet"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the app tells.

    Attributes:
        level: How far it goes.
        what: What it is.
        figure: How well, with 95 % intervals where there are people.
        measured_on: On whom; "nobody yet" is an answer.
        in_words: The same for a learner, in one or two sentences.
    """

    level: Level
    what: str
    figure: str
    measured_on: str
    in_words: str


CLAIMS: tuple[Claim, ...] = (
    Claim(
        Level.PARTLY,
        "understanding of a passage, from its text alone",
        "AUC of a right answer .59 (.57 to .61) on articles left out of the fit; LIX .54, other "
        "readers' answers .62",
        "121 readers of 324 English paragraphs (OneStop)",
        "How hard a text looks says a little about whether you understood it, and nearly as much "
        "as other readers' answers would.",
    ),
    Claim(
        Level.PARTLY,
        "understanding of a text, from its words and your pace",
        "AUC .67 (.62 to .71) between texts of all readers, .52 (.47 to .57) between two texts of "
        "one reader; pace alone .66",
        "411 readers of two web pages each, paid for it; half of them rushed",
        "It notices texts that were rushed. Which of two texts that you read properly you "
        "understood better, it cannot tell before you have answered questions.",
    ),
    Claim(
        Level.NOT,
        "understanding of exam passages, from text and pace",
        "AUC .52 (.46 to .59): not better than chance",
        "95 readers of four passages each (SB-SAT)",
        "Of texts that you read with full attention it cannot tell which you understood.",
    ),
    Claim(
        Level.PARTLY,
        "understanding, after 20 answers of one's own",
        "AUC .62 (.58 to .66), calibration error .02; the mean of the own answers .59",
        "60 readers of single paragraphs (OneStop)",
        "Your answers make it better: its numbers then come true about as often as they say.",
    ),
    Claim(
        Level.PARTLY,
        "understanding, from how sure one is",
        "AUC .65 (.59 to .69); within one reader .64 (.59 to .68)",
        "95 readers of exam passages (SB-SAT)",
        "How sure you are of an answer says more than anything that is measured here.",
    ),
    Claim(
        Level.NOT,
        "what the camera adds to understanding",
        "judged for each learner, on their own answers; told to at most 5 in 100 made-up learners "
        "whom it does not help",
        "nobody yet but made-up learners",
        "The app tells you itself, from 60 answers on, whether your camera has helped. Until then "
        "nobody knows.",
    ),
    Claim(
        Level.NOT,
        "stress",
        "not measured; its weights are choices until your answers move them",
        "nobody yet",
        "A guess from your expression, your head's motion and, if you like, your pulse. It is "
        "worth something only after you have answered how stressed you are.",
    ),
    Claim(
        Level.PARTLY,
        "looking bored or less engaged to an onlooker, over a minute",
        "within one person AUC .62 (.59 to .65) and .62 (.58 to .66); between people .65 and .67; "
        "Angry + Sad .56 and .57",
        "88 students, each judged by a fit to others (DAiSEE)",
        "Of two of your minutes it picks the one in which an onlooker would call you more bored, "
        "or less engaged, in about 62 of 100 cases; 50 would be chance. What you feel is another "
        "thing.",
    ),
    Claim(
        Level.NOT,
        "confusion, frustration",
        "not shown; within one person AUC .53 and .52, where Angry + Sad has .58 and .57",
        "88 students, each judged by a fit to others (DAiSEE)",
        "Not shown: a face does not tell them better than its expression does, and that is "
        "hardly better than chance.",
    ),
    Claim(
        Level.WELL,
        "being in front of the screen",
        "whether a face is found, and where the head is turned: known turns of 10 to 30 degrees "
        "to 4 degrees or better, of 40 to 5.5; where the eyes look only coarsely",
        "faces of photos, turned by known angles (`benchmarks/landmarks.py`), and made-up heads",
        "It sees your face and where your head is turned. Whether your mind is there, it cannot "
        "see.",
    ),
    Claim(
        Level.WELL,
        "time on a passage",
        "within 20 % for 75 % of passages over 14 ways to read, 62 to 82 % by scrolling alone, "
        "93 % with one line shown at a time",
        "168 made-up readers",
        "Of four passages three have a time that is right to within a fifth. With one line shown "
        "at a time it is nearly all of them.",
    ),
    Claim(
        Level.WELL,
        "breaks by the timer",
        "to the second, absences left out",
        "made-up sessions",
        "As you set it. Time away is not counted as study.",
    ),
    Claim(
        Level.PARTLY,
        "tired eyes",
        "open and closed eyes: AUC 1.00 of 236 eyes; that tired eyes are found was not measured",
        "pictures of single eyes, and made-up lids for the false alarms",
        "It sees closed eyes and wide-open mouths. That you are tired, it only suspects.",
    ),
    Claim(
        Level.PARTLY,
        "heart rate",
        "within .5 a minute where it is shown; forehead and cheeks must agree, so that chewing is "
        "no pulse",
        "made-up faces, and one film of a real one",
        "Good on made-up faces; of real ones one was measured. Not medical.",
    ),
)


def as_markdown() -> str:
    """Return the table of `docs/method.md`."""
    lines = ["| what | how well | on whom it was measured |", "|---|---|---|"]
    lines += [f"| {one.what} | {one.figure} | {one.measured_on} |" for one in CLAIMS]
    return "\n".join(lines)
