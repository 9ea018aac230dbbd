"""Cards that open on a click anywhere in them: a button whose reach is its whole card.

It stays a button, so the tab key finds it and a screen reader names it.
"""

from __future__ import annotations

#: For containers with keys "card-…" that hold a button with a key "open-…"; what else can be
#: pressed in a card stands in a container with a key "menu-…", above that button.
CARDS = """
<style>
[class*="st-key-card-"] { position: relative; }
[class*="st-key-card-"]:hover, [class*="st-key-card-"]:focus-within {
  border-color: var(--st-primary-color, currentColor); }
[class*="st-key-open-"] button::after { content: ""; position: absolute; inset: 0;
  z-index: 1; }
[class*="st-key-open-"], [class*="st-key-open-"] div, [class*="st-key-open-"] button {
  position: static; }
[class*="st-key-open-"] button, [class*="st-key-open-"] button > div,
[class*="st-key-open-"] button > div > span { justify-content: start; }
[class*="st-key-card-"] div:has([class*="st-key-open-"]) { position: static; }
[class*="st-key-menu-"] { position: relative; z-index: 2; }
</style>
"""
