"""Pages as they come from the web, each with the words that a browser shows and those it hides."""

from __future__ import annotations

from typing import NamedTuple

#: Long enough to be a text beside navigation.
PROSE = (
    "Bees dance to tell the others where the flowers are and how far they have to fly today. "
    "The angle of the dance to the vertical is the angle of the flight to the sun. "
)


class AwkwardPage(NamedTuple):
    """One page.

    Attributes:
        name: What is awkward about it.
        markup: The page.
        shown: Words that must come out, each as written.
        hidden: Words that must not.
    """

    name: str
    markup: str
    shown: tuple[str, ...]
    hidden: tuple[str, ...] = ()


def _page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>T</title>{head}</head><body>{body}</body></html>"


PAGES = (
    AwkwardPage(
        "unclosed paragraphs", f"<p>{PROSE}<p>Second{'.' * 3}<p>Third", ("Second...", "Third")
    ),
    AwkwardPage(
        "comparisons", f"<p>{PROSE} if a &lt; b and c > d then 3 < 4.", ("a < b and c > d", "3 < 4")
    ),
    AwkwardPage(
        "code with markup in it",
        f"<p>{PROSE}<p>Write <code>&lt;b&gt;bold&lt;/b&gt;</code> for bold.",
        ("Write <b>bold</b> for bold.",),
    ),
    AwkwardPage(
        "preformatted code",
        f"<p>{PROSE}<pre>\ndef f(x):\n    return x &lt; 2\n</pre>",
        ("def f(x):\n    return x < 2",),
    ),
    AwkwardPage(
        "numbered list that starts at 5",
        f"<p>{PROSE}<ol start=5><li>five<li>six<li value=10>ten</ol>",
        ("5. five", "6. six", "10. ten"),
    ),
    AwkwardPage(
        "letters and Roman numerals",
        f"<p>{PROSE}<ol type=a><li>first<li>second</ol><ol type=I start=9><li>nine</ol>",
        ("a. first", "b. second", "IX. nine"),
    ),
    AwkwardPage(
        "countdown", f"<p>{PROSE}<ol reversed><li>x<li>y<li>z</ol>", ("3. x", "2. y", "1. z")
    ),
    AwkwardPage(
        "nested lists",
        f"<p>{PROSE}<ul><li>outer<ul><li>inner</ul><li>next</ul>",
        ("• outer\n  • inner\n• next",),
    ),
    AwkwardPage(
        "footnotes",
        f"<main><p>{PROSE}As shown<sup><a href='#1'>12</a></sup>.<section><ol><li id=1>The note.",
        ("As shown¹².", "1. The note."),
    ),
    AwkwardPage(
        "powers", f"<p>{PROSE}10<sup>-3</sup> m<sup>2</sup> of H<sub>2</sub>O", ("10⁻³ m² of H₂O",)
    ),
    AwkwardPage("ordinals", f"<p>{PROSE}on the 1<sup>st</sup> day", ("the 1st day",)),
    AwkwardPage(
        "MathML with its source",
        f"<p>{PROSE}So <math><semantics><mrow><mi>E</mi><mo>=</mo><mi>m</mi></mrow>"
        "<annotation encoding='application/x-tex'>E=mc^2</annotation></semantics></math> holds.",
        ("So E=mc^2 holds.",),
    ),
    AwkwardPage(
        "KaTeX writes a formula twice",
        f"<p>{PROSE}Then <span class=katex><span class=katex-mathml><math><semantics><mi>a</mi>"
        "<annotation encoding='application/x-tex'>a+b</annotation></semantics></math></span>"
        "<span class=katex-html aria-hidden=true><span>a</span><span>+</span><span>b</span></span>"
        "</span> follows.",
        ("Then a+b follows.",),
    ),
    AwkwardPage(
        "mail address", f"<p>{PROSE}<a href='mailto:ann@x.org'>ann@x.org</a>", ("ann@x.org",)
    ),
    AwkwardPage(
        "references",
        "<p>Caf&eacute; &amp; cr&#232;me &mdash; &hearts; " + PROSE,
        ("Café & crème — ♥",),
    ),
    AwkwardPage(
        "hidden parts",
        f"<p>{PROSE}<p hidden>one</p><p style='color:red; display: none'>two</p>"
        "<span class='sr-only'>three</span><dialog>four</dialog><template><p>five</template>"
        "<p aria-hidden=true>seen</p>",
        ("seen",),
        ("one", "two", "three", "four", "five"),
    ),
    AwkwardPage(
        "details",
        f"<p>{PROSE}<details><summary>Proof</summary><p>By induction.</details>",
        ("Proof", "By induction."),
    ),
    AwkwardPage(
        "scripts and styles",
        f"<style>p{{color:red}}</style><p>{PROSE}<script>alert('x < y')</script>"
        "<noscript>js</noscript>",
        (PROSE.strip(),),
        ("alert", "color", "js"),
    ),
    AwkwardPage(
        "navigation and footer",
        f"<nav><a>Home</a> <a>Shop</a></nav><h1>Bees</h1><p>{PROSE * 2}<footer>Imprint</footer>",
        ("Bees",),
        ("Home", "Imprint"),
    ),
    AwkwardPage(
        "article beside a sidebar",
        f"<div class=sidebar><ul><li><a>Ten tricks</a><li><a>Buy honey</a></ul></div>"
        f"<article><header><h1>Bees</h1><p>By Ann</header><p>{PROSE * 3}</article>",
        ("Bees", "By Ann"),
        ("Ten tricks", "Buy honey"),
    ),
    AwkwardPage(
        "headline outside the text's part",
        f"<header><h1>The dance</h1></header><main><p>{PROSE * 2}</main>",
        ("The dance",),
    ),
    AwkwardPage(
        "cookie banner",
        "<div id=cookie-consent><p>We value your privacy.<button>Accept</button></div>"
        f"<p>{PROSE * 2}",
        (PROSE.strip(),),
        ("privacy", "Accept"),
    ),
    AwkwardPage(
        "a text about cookies",
        f"<article class=article-cookies><p>Cookies are baked. {PROSE * 12}</article>",
        ("Cookies are baked.",),
    ),
    AwkwardPage(
        "page laid out by tables",
        f"<table><tr><td width=20%><a>Links</a><td><h2>Bees</h2><p>{PROSE}<p>More.</table>",
        ("Bees", "More."),
    ),
    AwkwardPage(
        "table of data",
        f"<p>{PROSE}<table><caption>Flights</caption><tr><th>Bee<th>km<tr><td>A<td>2,5</table>",
        ("Flights", "Bee | km\nA | 2,5"),
    ),
    AwkwardPage(
        "line breaks", f"<p>{PROSE}<p>Roses are red<br>Violets are blue", ("red\nViolets",)
    ),
    AwkwardPage(
        "ruby", f"<p>{PROSE}<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", ("漢(kan)字",)
    ),
    AwkwardPage("quotation", f"<p>{PROSE}She said <q>yes</q>.", ("She said “yes”.",)),
    AwkwardPage(
        "picture's words", f"<p>{PROSE}<img src=x alt='A bee on a flower'>", ("A bee on a flower",)
    ),
    AwkwardPage("no end anywhere", f"<div><div><p>{PROSE}<b>bold <i>both", ("bold both",)),
    AwkwardPage("head never closed", f"<head><title>x</title><p>{PROSE}", (PROSE.strip(),)),
    AwkwardPage("bare words", PROSE + "<br><br>Then more.", ("Then more.",)),
    AwkwardPage(
        "definitions", f"<p>{PROSE}<dl><dt>Drone<dd>A male bee.</dl>", ("Drone", "A male bee.")
    ),
    AwkwardPage(
        "hidden by the page's own rules",
        "<style>/* { */ .h, .k b {display:none} #x{visibility : hidden} .tab{display:none}"
        ".tab.on{display:block} @media print{.pr{display:none}} @media screen{.sc{display:none}}"
        f".pr:hover{{display:none}}</style><p>{PROSE}<p class=h>one<p id=x>two<div class=tab>three"
        "</div><div class='tab on'>First</div><p class=pr>Second<p class=sc>four<p class=k>Third"
        "<b>five</b>",
        ("First", "Second", "Third"),
        ("one", "two", "three", "four", "five"),
    ),
    AwkwardPage(
        "words for browsers that run nothing, in the head",
        "<!doctype html><head><noscript><p>Turn it on.</p><style>p{}</style></noscript>"
        f"<p>{PROSE}<NOSCRIPT>Really.</NOSCRIPT>End",
        ("End",),
        ("Turn", "Really"),
    ),
    AwkwardPage(
        "MathML without its source",
        f"<p>{PROSE}<math><mfrac><mn>1</mn><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></mfrac><mo>"
        "&lt;</mo><msup><mi>x</mi><mn>2</mn></msup><msqrt><mi>y</mi></msqrt></math> holds",
        ("1/(n+1)<x^2√y holds",),
    ),
    AwkwardPage(
        "words in a drawing",
        f"<p>{PROSE}<svg><title>icon</title><text>Hours</text><g><text>Days</text></g></svg>",
        ("Hours Days",),
        ("icon",),
    ),
    AwkwardPage(
        "soft hyphens and chances of a break",
        f"<p>{PROSE}Donau&shy;dampf&shy;schiff super<wbr>cali",
        ("Donaudampfschiff supercali",),
    ),
    AwkwardPage(
        "what was struck and what came for it",
        f"<p>{PROSE}<del>old</del> <ins>new</ins> <mark>marked</mark> <abbr title=T>abbr</abbr>",
        ("old new marked abbr",),
    ),
    AwkwardPage(
        "lists in the cells of a table",
        f"<p>{PROSE}<table><tr><td>Bees<td><ul><li>dance<li>fly</ul></table>",
        ("Bees", "dance", "fly"),
    ),
    AwkwardPage(
        "marks of notes that are links",
        f"<p>{PROSE}Shown<sup><a href='#n'><span>3</span></a></sup> and <sup>[4]</sup>",
        ("Shown³ and [4]",),
    ),
    AwkwardPage(
        "marks of editing",
        f"<p>{PROSE}<h2>Dance<span class=mw-editsection>[edit]</span></h2><p>Round and round.",
        ("Dance", "Round and round."),
        ("[edit]",),
    ),
    AwkwardPage(
        "two articles of one rank",
        f"<article><h2>Bees</h2><p>{PROSE}</article><article><h2>Ants</h2><p>{PROSE * 2}</article>",
        ("Bees", "Ants"),
    ),
    AwkwardPage(
        "an article and teasers of others",
        f"<article><h2>Bees</h2><p>{PROSE * 3}</article><article><a>Ten tricks</a></article>",
        ("Bees",),
        ("Ten tricks",),
    ),
    AwkwardPage(
        "a text under a name that elsewhere is none",
        f"<h1>Cookies</h1><div class='recipe cookies'><p>{PROSE}<ul><li>flour</ul></div>",
        ("Cookies", "flour"),
    ),
    AwkwardPage(
        "moved out of the window, or clipped",
        f"<p>{PROSE}<b style='position:absolute;left:-9999px'>one</b>"
        "<b style='clip: rect(0 0 0 0)'>two</b><b style='margin-left:-9px'>seen</b>",
        ("seen",),
        ("one", "two"),
    ),
    AwkwardPage(
        "notes and a box beside an article",
        f"<article><p>{PROSE}<aside>A pull quote.</aside><aside class=footnotes><p>1. The note."
        "</aside></article>",
        ("A pull quote.", "1. The note."),
    ),
    AwkwardPage(
        "signs that lead to headings and back",
        f"<h2>Dance<a href=#d>#</a></h2><p>{PROSE}<ol><li>Note <a href=#b>↩</a></ol>"
        "<a href=#c>C#</a>",
        ("Dance", "Note", "C#"),
        ("Dance#", "↩"),
    ),
    AwkwardPage(
        "empty cells",
        f"<p>{PROSE}<table><tr><th>Bee<th>km<tr><td><td>4<tr><td>B<td></table>",
        ("Bee | km\n| 4\nB |",),
    ),
    AwkwardPage(
        "a reading without brackets after one with them",
        f"<p>{PROSE}<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rt>ji</rt></ruby>",
        ("漢(kan)字（ji）",),
    ),
    AwkwardPage(
        "MathJax before it ran, and after",
        f"<p>{PROSE}So <span class=MathJax_Preview>wait</span><script type=math/tex>E=mc^2</script>"
        ". Or <span class=MathJax>a2</span><script type='math/tex;mode=display'>a^2</script> holds",
        ("So E=mc^2 . Or a^2 holds",),
        ("wait", "a2"),
    ),
    AwkwardPage(
        "raw listings of old pages",
        f"<p>{PROSE}before<xmp><b>raw</b></xmp>after",
        ("before\n\n<b>raw</b>\n\nafter",),
    ),
    AwkwardPage(
        "XHTML that closes empty elements in their own tag",
        "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY bee 'Biene'>]><html xmlns="
        "'http://www.w3.org/1999/xhtml'><head><title/><script src='a.js'/></head><body>"
        f"<p>{PROSE}<![CDATA[x < y]]> &bee;<br></br>end</p><textarea/><p>last</p></body></html>",
        ("x < y Biene\nend", "last"),
        ("]]", "\n\nend"),
    ),
)
