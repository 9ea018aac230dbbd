"""The words that hold a sentence together, language by language, and which language a text is in.

They are closed classes: a few hundred words that grammar books list. With them, and without any
model, it can be told whether a sentence leans on the one before it, and which words are nouns.
English, German, French and Spanish are known; of a text in another language no cloze is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

#: Share of a text's words that must be a language's small words. Running text in its own language
#: has .35 to .55 of them, in another one below .15.
LEAST_SHARE = 0.25


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class Language:
    """What is needed of one language.

    Attributes:
        tag: Its BCP 47 tag.
        determiners: Before a noun: articles, possessives, numerals that take one.
        prepositions: Before a noun phrase.
        finite: Forms that make a sentence one: auxiliaries, modals, the commonest verbs.
        finite_endings: Endings of other finite verbs, as a pattern.
        pronouns: Stand for something said before; an antecedent in the sentence frees them.
        possessives: Of somebody said before, the same.
        speakers: The first and second person: who speaks, or is spoken to, is not in the sentence.
        pointers: Point outside the sentence wherever they stand.
        openers: At the start, they continue the sentence before.
        other: Further small words.
        before_verbs: After one of these stands a verb, not a noun.
        vague: Nouns that fit nearly everywhere: no one could guess them.
        pairs: "The other" is free behind "one", "then" behind "if": by word, what it needs before.
        capital_nouns: Nouns are written with a capital letter.
        adjectives_follow: They stand behind the noun, so a noun is next to its small word.
    """

    tag: str
    determiners: frozenset[str]
    prepositions: frozenset[str]
    finite: frozenset[str]
    finite_endings: str
    pronouns: frozenset[str]
    possessives: frozenset[str]
    speakers: frozenset[str]
    pointers: frozenset[str]
    openers: frozenset[str]
    other: frozenset[str]
    before_verbs: frozenset[str]
    vague: frozenset[str]
    pairs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    capital_nouns: bool = False
    adjectives_follow: bool = False

    @cached_property
    def small(self) -> frozenset[str]:
        """All words of the closed classes."""
        return (
            self.determiners | self.prepositions | self.finite | self.pronouns
            | self.speakers | self.pointers | self.openers | self.other | self.before_verbs
        )  # fmt: skip

    @cached_property
    def after_noun(self) -> frozenset[str]:
        """Small words before which a noun phrase can end."""
        return self.prepositions | self.finite | {"that", "which", "who", "qui"}

    @cached_property
    def leaning(self) -> frozenset[str]:
        """Words that no sentence can begin with, and stand alone."""
        return self.openers | self.pronouns | self.pointers


ENGLISH = Language(
    tag="en",
    determiners=_words(
        "the a an its his her their our your my every each no any some all both many several few"
    ),
    prepositions=_words(
        "of in on at by for from with without into onto upon to through between among under over "
        "about against during before after within beyond toward towards across along around near "
        "beneath behind throughout like per amid via than"
    ),
    finite=_words(
        "is are was were am has have had do does did can could may might must shall should will "
        "would became become becomes began begins came comes gave gives goes went got grew grows "
        "held holds kept keeps knew knows led leads left lay lies made makes meant means met ran "
        "runs rose rises said says saw sees sent shows stood stands takes took taught tells told "
        "thought thinks wrote writes found finds fell falls felt feels broke breaks brought brings "
        "built builds bought chose chooses drew draws drove drives ate eats flew flies fought "
        "forms hears heard hid hit laid lost loses paid put puts read rode sang sold set sets shot "
        "shut sat slept spoke speaks spent spread sprang stole struck swam swore threw turns "
        "understood wins won wore bears bore consists contains depends remains seems appears "
        "needs uses moves lives acts carries produces causes changes keeps follows serves"
    ),
    finite_endings=r"(?:ed|ates|ises|izes|fies)$",
    pronouns=_words("he him she it they them itself himself herself themselves hers theirs"),
    possessives=_words("his her its their"),
    speakers=_words("i me my mine myself you your yours yourself thou thee thy ye"),
    pointers=_words(
        "this these those former latter aforesaid foregoing aforementioned above-mentioned "
        "here hereafter herein likewise thereby thereof therein thither hither thence hence "
        "therefore thus however moreover furthermore consequently accordingly nevertheless also "
        "too figure fig figs table chapter section page pages equation plate ibid op cit "
        "footnote appendix "
        "yesterday tomorrow ago"
    ),
    openers=_words(
        "and but or nor so yet then thus therefore hence however moreover furthermore besides "
        "consequently accordingly nevertheless nonetheless still instead otherwise meanwhile "
        "afterwards finally again also even here there that such another others neither either "
        "both similarly conversely indeed certainly perhaps each every first second third secondly "
        "thirdly lastly next later now only because though although whereas what who whom "
        "whose which why "
        "how when where if unless until till as one some most none more less too rather hereupon "
        "whereupon not nothing of his her its their our for in-addition yes no let well suddenly "
        "presently once soon immediately same"
    ),
    other=_words(
        "that which who whom whose what and or but if as because while since though although not "
        "be been being very more most less least only also then there here so too just even when "
        "where how why other same own up down out off again ever never always often such once "
        "itself nor yet whether we us ourselves far much"
    ),
    before_verbs=_words(
        "to will would can could may might must shall should they we he she it who you i not did "
        "do does never always often cannot"
    ),
    vague=_words(
        "thing things way ways part parts kind kinds number numbers case cases time times man men "
        "one ones fact facts manner place places sort sorts degree side sides end ends means use "
        "uses form forms example instance rest whole whole majority reason reasons point points "
        "matter matters lot deal day days year years people person persons others piece pieces "
        "portion portions amount cause causes effect effects result results nature state states "
        "condition conditions power powers quantity body bodies word words name names idea ideas "
        "subject subjects work works life world hand hands order purpose question account respect "
        "view care measure course object objects position consequence consequences circumstances "
        "increase advantage same great whole very little hundred thousand million half quarter "
        "substance character something anything everything nothing different various certain "
        "second third first fourth fifth next last new large small long short high low general "
        "outside inside period help hundredth common single true early late total main good "
        "bad best "
        "worst several enough"
    ),
    pairs={
        "other": _words("one some each many no any two"),
        "another": _words("one some each many"),
        "then": _words("if when after since as"),
    },
)

GERMAN = Language(
    tag="de",
    determiners=_words(
        "der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner "
        "mein meine sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres unser "
        "unsere unseren jeder jede jedes jeden jedem alle allen aller viele vielen mehrere einige "
        "beide beiden zum zur vom im am beim ins ans"
    ),
    prepositions=_words(
        "in an auf aus bei mit nach von zu über unter vor hinter neben zwischen durch für gegen "
        "ohne um bis seit während wegen trotz innerhalb außerhalb entlang gegenüber als wie"
    ),
    finite=_words(
        "ist sind war waren wird werden wurde wurden hat haben hatte hatten kann können konnte "
        "konnten muss müssen musste mussten soll sollen sollte will wollen wollte darf dürfen "
        "mag möchte bleibt blieb kam kamen ging gingen gab geben gibt nahm nimmt nennt nannte "
        "liegt lag steht stand heißt hieß schrieb schreibt trägt trug fand findet lässt ließ "
        "hält hielt zieht zog sprach begrub beschrieb entdeckte erfand "
        "wächst wuchs besteht entsteht entstand begann beginnt sah sieht "
        "fällt fiel tritt trat führt bildet"
    ),
    finite_endings=r"(?:[^aeiouäöü]t|te|ten)$",
    pronouns=_words("er sie es ihn ihm ihnen sich ihrer seiner dessen deren"),
    possessives=_words(
        "seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres dessen deren"
    ),
    speakers=_words("ich mich mir du dich dir mein meine meinen meinem meiner dein deine"),
    pointers=_words(
        "dieser diese dieses diesen diesem jener jene jenes jenen jenem solche solcher solches "
        "solchen derselbe dieselbe dasselbe ersterer ersteres letzterer letztere letzteres obige "
        "obigen folgende folgenden siehe abbildung abb tabelle kapitel abschnitt seite gleichung "
        "hierbei hierzu hierin hiermit hieraus dabei dazu daran darin damit daraus davon dagegen "
        "hier dadurch deshalb deswegen daher somit folglich jedoch allerdings auch gestern vorhin"
    ),
    openers=_words(
        "und aber oder denn doch jedoch sondern also so dann da dort hier nun jetzt auch außerdem "
        "zudem ferner dennoch trotzdem allerdings hingegen indessen inzwischen schließlich endlich "
        "zuletzt zuerst zunächst danach darauf darum daher dafür damals anschließend andere "
        "anderer anderes einerseits andererseits weder entweder sowohl wenn weil obwohl dass ob "
        "was wer wen wem wessen welche welcher welches wie wo warum wann man beide manche einige "
        "eines einer erst nur noch schon sogar selbst eben ebenso vielmehr überhaupt freilich "
        "zwar sein seine ihr ihre das nicht nichts plötzlich bald das sonst nein ja"
    ),
    other=_words(
        "nicht auch nur noch schon sehr mehr wenn dass daß weil ob was welche welcher welches die "
        "der das man immer nie oft so zu sein werden worden geworden haben gewesen wo sowie sowohl "
        "und oder aber denn sondern als wie hin her ab an auf aus wieder selbst etwa fast kaum "
        "wir uns"
    ),
    before_verbs=frozenset(),
    vague=_words(
        "ding dinge art arten weise teil teile zahl fall fälle zeit zeiten mensch menschen mann "
        "sache sachen seite seiten ende grund gründe beispiel jahr jahre jahren tag tage tagen "
        "stelle form formen leben welt name namen wort worte wörter frage fragen folge folgen "
        "hand ganze ganzen menge mal male mittel zweck natur reihe leute einzelnen anderen "
        "ersten zweiten dritten letzten hälfte"
    ),
    pairs={"anderen": _words("einen eine ein einem einer"), "andere": _words("eine einen ein")},
    capital_nouns=True,
)

FRENCH = Language(
    tag="fr",
    determiners=_words(
        "le la les l' un une des du au aux son sa ses leur leurs notre nos mon ma mes chaque "
        "plusieurs tout tous toute toutes quelques"
    ),
    prepositions=_words(
        "de d' en dans par pour sur sous avec sans entre vers chez contre depuis pendant avant "
        "après à selon durant parmi"
    ),
    finite=_words(
        "est sont était étaient fut furent a ont avait avaient eut peut peuvent pouvait doit "
        "doivent devait fait font faisait devient deviennent sera seront permet permettent "
        "contient contiennent produit forme forment donne donnent reste restent vit vivent"
    ),
    finite_endings=r"(?:ait|aient|èrent|issent)$",
    pronouns=_words("il elle ils elles lui eux celui celle ceux celles y se s'"),
    possessives=_words("son sa ses leur leurs"),
    speakers=_words("je j' me m' moi tu te toi vous votre vos mon ma mes"),
    pointers=_words(
        "ce cet cette ces ceci cela ça celui-ci celle-ci ceux-ci voir figure tableau chapitre "
        "section page équation ci-dessus ci-dessous hier demain précédent précédente suivant "
        "suivante aussi donc cependant pourtant"
    ),
    openers=_words(
        "et mais ou donc or ni car puis ensuite alors ainsi cependant pourtant toutefois néanmoins "
        "enfin d'abord aussi encore même ici là autre autres quand lorsque si comme parce que qui "
        "quoi où pourquoi comment tandis bien son sa ses leur leurs en c' on ne"
    ),
    other=_words(
        "que qu' qui dont où ne n' pas plus moins très aussi bien et ou mais si comme quand on "
        "nous c' être avoir été même peu trop"
    ),
    before_verbs=_words("il elle ils elles on nous vous je ne n' se s' qui peut doit"),
    vague=_words(
        "chose choses façon manière partie parties nombre cas temps homme hommes fait faits côté "
        "fin moyen exemple jour jours an ans année années mot mots nom vie monde main ordre place "
        "sorte suite cause effet"
    ),
    adjectives_follow=True,
)

SPANISH = Language(
    tag="es",
    determiners=_words(
        "el la los las un una unos unas su sus nuestro nuestra nuestros nuestras mi mis cada del "
        "al todo toda todos todas varios varias algunos algunas muchos muchas"
    ),
    prepositions=_words(
        "de en a por para con sin sobre entre hacia hasta desde durante según contra bajo ante tras"
    ),
    finite=_words(
        "es son era eran fue fueron ha han había habían puede pueden podía debe deben está están "
        "estaba tiene tienen tenía hace hacen será serán permite contiene produce forma forman da "
        "dan queda vive viven"
    ),
    finite_endings=r"(?:aron|ieron|aba|aban|ían)$",
    pronouns=_words("él ella ellos ellas le les lo se sí"),
    possessives=_words("su sus cuyo"),
    speakers=_words("yo me mí tú te ti usted vosotros mi mis tu tus"),
    pointers=_words(
        "este esta estos estas ese esa esos esas aquel aquella aquellos aquellas esto eso aquello "
        "véase figura tabla capítulo sección página ecuación ayer mañana dicho dicha anterior "
        "siguiente también además embargo"
    ),
    openers=_words(
        "y e pero o ni pues luego entonces así sin embargo además también aún incluso aquí allí "
        "ahí otro otra otros otras cuando si como porque que quien qué dónde por lo su sus en "
        "ahora después antes finalmente no"
    ),
    other=_words(
        "que quien cual cuyo donde no más menos muy también y o pero si como cuando ser estar "
        "haber sido ya nos"
    ),
    before_verbs=_words("no se lo que puede debe nos"),
    vague=_words(
        "cosa cosas modo manera parte partes número caso casos tiempo hombre hombres hecho hechos "
        "lado fin medio ejemplo día días año años palabra palabras nombre vida mundo mano orden "
        "lugar forma causa efecto"
    ),
    adjectives_follow=True,
)

LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH)
_WORD = re.compile(r"[^\W\d_]+")


def language_of(sentences: Iterable[str], tag: str = "") -> Language | None:
    """Return the language of a text by its small words; None where none of those known fits.

    Args:
        sentences: Of the text; the first few hundred words suffice.
        tag: What the file says, as a BCP 47 tag. It is believed where the words do not contradict.
    """
    words: list[str] = []
    for sentence in sentences:
        words += _WORD.findall(sentence.casefold())
        if len(words) >= 2000:
            break
    if not words:
        return None
    shares = {
        language.tag: sum(word in language.small for word in words) / len(words)
        for language in LANGUAGES
    }
    best = max(LANGUAGES, key=lambda one: (shares[one.tag], tag.casefold().startswith(one.tag)))
    return best if shares[best.tag] >= LEAST_SHARE else None
