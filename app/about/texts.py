"""What the about page says on privacy, on acceptable use and on licences, as Markdown."""

PRIVACY = """
- **Pictures and camera frames live in memory** while you use them, are never written to disk and
  are forgotten when you remove them or close the tab.
- **Nothing is sent anywhere.** The app makes no connections of its own: no telemetry, no fonts or
  scripts from other servers. By default it can be reached from this machine only.
- A study session that you choose to keep stores **numbers** (expressions, estimates, times), your
  answers, and the titles, tags and notes you wrote: on this machine, never a picture. Of a text
  you read it stores the title, headings and own questions, and its words only if you asked for
  that. Of a sentence you highlight it stores only where it stands. You can look at all of it,
  export it and erase it on the History page.
- A study session that you **do not keep** is stored too while it runs, so that a restart loses
  nothing. It is erased when you start another one, an hour after its end, or an hour after your
  last sign where you just leave it.
- What you download is yours to look after. Blurred faces in a download cannot be restored; a face
  that was not found is not blurred, so look before you share.
"""

ACCEPTABLE_USE = """
**For yourself.** This app is for your own pictures and for studying on your own: you start it, you
see what it sees, you stop it.

**Never for watching others.** Not for pupils, students, employees, applicants or customers; not
for grades, exams, hiring or discipline; not to sort people or to guess what they think. In the
European Union, inferring emotions from faces at work and in education is forbidden (AI Act,
Regulation (EU) 2024/1689, article 5(1)(f), in force since 2 February 2025), medical and safety
uses aside. Label other people's pictures only if they agree.

**What it cannot know.** An expression is what a face shows, not what a person feels: in studies,
the two go together only weakly (Durán and Fernández-Dols 2021), and they vary with culture,
situation and person (Barrett et al. 2019). Models of this kind are less accurate for some groups
of people than for others; what was measured for this one, and what was not, stands in its model
card.

Estimates for self-reflection. Not medical, not a measure of ability.
"""

LICENCES = """
- **The app's code** is under the MIT licence (file LICENSE).
- **The model's weights** were trained with [Ultralytics](https://ultralytics.com), which is under
  AGPL-3.0, and so are the weights. Whoever offers a changed version over a network offers its
  source too. Ultralytics itself is needed for training and for `.pt` files, not to run this app.
- **Lettering in pictures** is Aileron (CC0), from Pillow. **The emoji in pictures** are the
  project's own drawings.
- Every library the app uses keeps its own licence; `requirements.txt` names them.
"""
