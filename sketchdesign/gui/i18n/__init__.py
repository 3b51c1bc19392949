"""The app in other languages: catalogues of English texts and their translations, one JSON file per part of the app.

Every text that a person reads is written as ``tr("Save")`` or ``tr("{count} sketches").format(count=3)``, with the
English text as a literal. Its translation stands in ``i18n/<language>/<part>.json``; a test finds what is missing.
"""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from sketchdesign.gui.i18n.sentences import Sentences

_FOLDER = Path(__file__).parent
_CONTEXT = "sketchdesign"
_SAID = "sketchdesign services"


def tr(text: str) -> str:
    """An English text in the language of the app."""
    return QCoreApplication.translate(_CONTEXT, text)


def tr_said(text: str, hint: str = "") -> tuple[str, str]:
    """What a service says and what it advises, in the language of the app.

    Both stay in English unless both are known: half a sentence in each language would be worse. Safe on any thread.
    """
    translated = tuple(QCoreApplication.translate(_SAID, part) if part else "" for part in (text, hint))
    is_known = translated[0] != text and (not hint or translated[1] != hint)
    return (translated[0], translated[1]) if is_known else (text, hint)


def read_catalogue(language: str) -> dict[str, str]:
    """All texts of a language; none for English and for unknown languages."""
    words: dict[str, str] = {}
    for path in sorted((_FOLDER / language).glob("*.json")):
        words |= json.loads(path.read_text(encoding="utf-8"))
    return words


class Catalogue(QTranslator):
    """Translates our texts from JSON catalogues, and what services say."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._words = read_catalogue(language)
        self._sentences = Sentences(language)

    def isEmpty(self) -> bool:  # noqa: N802
        return not self._words

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        # Nothing at all, and not an empty text, sends Qt to the next translator.
        if context == _SAID:
            return self._sentences.translated(text)  # type: ignore[return-value]
        return self._words.get(text) if context == _CONTEXT else None  # type: ignore[return-value]


class Languages:
    """The translators that are installed in the running application."""

    def __init__(self) -> None:
        self._installed: list[QTranslator] = []

    def use(self, language: str) -> None:
        """Speak a language, "en" or "de"; empty for the system's. Widgets made before keep their texts."""
        application = QCoreApplication.instance()
        assert application is not None
        for translator in self._installed:
            application.removeTranslator(translator)
        locale = QLocale(language) if language else QLocale.system()
        QLocale.setDefault(locale)
        code = locale.name().partition("_")[0]
        of_qt = QTranslator()
        of_qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        self._installed = [of_qt, Catalogue(code)]
        for translator in self._installed:
            application.installTranslator(translator)
