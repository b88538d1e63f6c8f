"""One reader for every table that somebody sends, whatever wrote it: bytes in, rows out, each with the line that a
person sees.

UTF-8 with or without its mark, UTF-16, the letters of Windows, the old Macintosh and MS-DOS; any end of line; `;`, `,`,
tabs or bars, named by a first line `sep=;` or counted in the head; accents, capitals, spaces in a head however they
were typed; empty first lines and columns left out. Nothing is guessed where figures were lost.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import BinaryIO, ClassVar

from callcenter.errors import Refusal
from callcenter.phone_number import OWN_PLANS, PhoneNumber
from callcenter.rules import letters_of_files
from callcenter.rules.plain_text import NO_TEXT, OTHER_BREAKS, cleaned, folded

MARKS = ";,\t|"
LONGEST_LINE = 400_000  # characters
WIDEST = 1_000  # columns
SHORT = 1_000  # bytes, in which a file that is no text shows it
FIRST_LINES = 50  # among which the head must stand
_SPACES = {0xA0: " ", 0x202F: " ", 0xFEFF: ""}


class NotATable(Refusal):
    """Ce fichier n'est pas un tableau lisible : rien n'a été changé."""

    status = 422
    english = "This file is not a readable table: nothing was changed."
    why: ClassVar[Mapping[str, tuple[str, str]]] = {
        "empty": ("Il est vide.", "It is empty."),
        "binary": (
            "Ce n'est pas du texte : dans le tableur, choisissez « Enregistrer sous… », puis CSV.",
            "It is no text: in the spreadsheet choose “Save as…”, then CSV.",
        ),
        "letters": (
            "Ligne {line} : on y lit « {one} » ou « {other} ». Enregistrez-le en « CSV UTF-8 ».",
            "Line {line}: it reads “{one}” or “{other}”. Save it as “CSV UTF-8”.",
        ),
        "stray": (
            "Ligne {line} : des lettres n'y sont pas en UTF-8, comme le reste l'est. Retapez-les, puis « CSV UTF-8 ».",
            "Line {line}: letters there are not in UTF-8, as the rest is. Type them again, then “CSV UTF-8”.",
        ),
        "large": ("Il dépasse {most} octets.", "It is larger than {most} bytes."),
        "long": ("Il a plus de {most} lignes.", "It has more than {most} lines."),
        "missing": (
            "Ligne {line} : colonnes absentes : {names}. La première ligne remplie doit porter leurs noms.",
            "Line {line}: columns that are missing: {names}. Columns are named on the first line that is filled in.",
        ),
        "unknown": (
            "Ligne {line} : colonne {place} inconnue. Les colonnes possibles : {names}.",
            "Line {line}: column {place} is not known. The columns that there may be: {names}.",
        ),
        "twice": (
            "Ligne {line} : la colonne {names} y est deux fois.",
            "Line {line}: the column {names} is twice there.",
        ),
        "quotes": (
            "Ligne {line} : un guillemet ouvert n'est pas refermé, ou l'est au milieu d'une valeur.",
            "Line {line}: a quotation mark is opened and not closed, or closed within a value.",
        ),
        "cell": ("Ligne {line} : une valeur est trop longue.", "Line {line}: a value is too long."),
        "cut": ("Il est coupé : ligne {line}.", "It is cut short: line {line}."),
        "nothing": ("Aucune de ses lignes ne peut être prise.", "None of its lines can be taken."),
    }

    def __init__(self, fault: str = "", **told: object) -> None:
        super().__init__()
        self.fault, self.told = fault, told

    def own(self, language: str) -> str:
        """The class's sentence, then what is wrong with the file and where."""
        if not self.fault:
            return super().own(language)
        return f"{super().own(language)} {self.why[self.fault][language == 'en'].format(**self.told)}"


class LostFigures(ValueError):
    """A spreadsheet wrote a long number as 5,65E+08: what stood after is gone."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One record: the line it begins on (the first of the file is 1) and its values by column, cleaned. `missing`,
    `surplus`: how many columns it has too few or too many; `was_cleaned`: something in it was no text."""

    line: int
    values: Mapping[str, str]
    missing: int = 0
    surplus: int = 0
    was_cleaned: bool = False


@dataclass(frozen=True)
class Table:
    """Its columns under the names by which they are known, each with its place (the first is 1); the line of its head;
    its records that are not blank, read as one goes through them."""

    places: Mapping[str, int]
    head_line: int
    rows: Iterator[TableRow]


def read(
    content: bytes | BinaryIO,
    refusal: type[NotATable],
    known: Collection[str],
    needed: Collection[str],
    other_names: Mapping[str, str] | None = None,
    *,
    stray_quotes: bool = False,
) -> Table:
    """A table with at least the `needed` of the `known` columns; `other_names`: what one may be called besides. Others
    are left alone. Raises `refusal`, while the rows are read too. `stray_quotes`: those that do not match are taken as
    they are."""
    text = _Text(content, refusal)
    head_line, head = _head(text)
    mark = _mark(text, head)
    try:
        cells = next(csv.reader(text, delimiter=mark))
    except csv.Error:
        raise refusal("quotes", line=head_line) from None
    names = _names(cells[:WIDEST], known, other_names or {})
    if missing := [name for name in needed if name not in names]:
        if any(NO_TEXT.search(line) for line in islice(text, FIRST_LINES)):
            raise refusal("binary")
        raise refusal("missing", line=head_line, names=", ".join(missing))
    if twice := [name for name in known if names.count(name) > 1]:
        raise refusal("twice", line=head_line, names=twice[0])
    places = {name: place for place, name in enumerate(names, 1) if name}
    return Table(places, head_line, _rows(text, mark, names, refusal, strict=not stray_quotes))


def text_of(content: bytes, refusal: type[NotATable]) -> str:
    """All that a file says, for what is no table."""
    return "".join(_Text(content, refusal))


def named(name: str) -> str:
    """A column's name, or a code, as it is compared: `Début de visite` is `debut_de_visite`."""
    return re.sub(r"[\W_]+", "_", folded(cleaned(name))).strip("_")


def figures(written: str) -> str:
    """A number that is kept as its figures: what a spreadsheet wrote as 5,65051234E+08 is 565051234, whose figures are
    all there. Raises LostFigures where they are not."""
    plain = "".join(written.split())
    found = re.fullmatch(r"([0-9])(?:[.,]([0-9]+))?[eE]\+([0-9]{1,2})", plain)
    if found is None:
        return re.sub(r"^([0-9]+)[.,]0+$", r"\1", plain)  # 46,0 is a whole number that a program thought was not
    after, power = found[2] or "", int(found[3])
    if len(after) != power:
        raise LostFigures(written)
    return found[1] + after


def number(written: str) -> float:
    """A decimal number, comma or point, spaces between thousands. Raises ValueError for `nan`, `inf`, `1e999`."""
    plain = "".join(written.split()).replace("−", "-")
    if not re.fullmatch(r"[-+]?[0-9]{1,15}(?:[.,][0-9]{0,18})?", plain, re.ASCII):
        raise ValueError(written)
    return float(plain.replace(",", "."))


def yes_or_no(written: str) -> bool | None:
    """`oui`, `vrai`, `1`, `x`, in either language; None for nothing. Raises ValueError."""
    word = folded(written)
    if not word:
        return None
    if word in ("oui", "o", "vrai", "true", "yes", "y", "1", "x"):
        return True
    if word in ("non", "n", "faux", "false", "no", "0"):
        return False
    raise ValueError(written)


def department(written: str) -> str:
    """Its code: `1` and `01` are 01, `2a` is 2A, `9,74E+02` is 974; a name after it (`46 - Lot`) goes. What is no code
    (`2E+05`) is given as it was written."""
    try:
        plain = figures(written).upper()
    except LostFigures:
        return written
    found = re.fullmatch(r"([0-9]{1,3}|2[AB])(?:[^0-9A-Z].*)?", plain)
    return found[1].zfill(2) if found else plain


def postal_code(written: str) -> str:
    """Five figures: a spreadsheet eats the zero of 01000, and what stands after (`46000 CEDEX 9`) goes. Raises
    LostFigures."""
    plain = figures(written)
    if found := re.match("[0-9]{5}(?![0-9])", plain):
        return found[0]
    return plain.zfill(5) if plain.isascii() and plain.isdigit() and len(plain) == 4 else plain


def whole(written: str, most: int) -> int | None:
    """A whole number from 0 to `most`; None for anything else, one whose figures a spreadsheet lost too."""
    try:
        plain = figures(written)
    except LostFigures:
        return None
    is_number = plain.isascii() and plain.isdigit() and len(plain) <= len(str(most))
    return int(plain) if is_number and int(plain) <= most else None


def telephone(written: str, territory: str) -> PhoneNumber:
    """A number as it is dialled there: a spreadsheet eats the zero of 0565051234, and the plus of +33565051234. Where a
    territory has a plan of its own, nine figures are of it if they begin as its numbers do. Raises LostFigures,
    BadNumber, TwoNumbers."""
    plain = figures(written) if re.search(r"[eE]\+|^\s*[0-9]{9,}[.,]0$", written) else written
    compact = re.sub(r"[\s.()-]", "", plain)
    if re.fullmatch("[1-9][0-9]{8}", compact) and territory not in OWN_PLANS:
        plain = f"0{compact}"
    elif len(compact) > 9 and re.fullmatch("(33|262|508|590|594|596|681|687|689)[0-9]{6,9}", compact):
        plain = f"+{compact}"
    return PhoneNumber.written(plain, territory)


class _Text(Iterator[str]):
    """The lines of a file, as a text, counted; one may put back what one has looked at."""

    def __init__(self, content: bytes | BinaryIO, refusal: type[NotATable]) -> None:
        self.file = BytesIO(content) if isinstance(content, bytes) else content
        self.refusal, self.line, self.ended = refusal, 0, True
        self.said = ""
        self.ahead = ""
        self.lines = TextIOWrapper(self.file, _encoding(self.file, refusal), errors="replace", newline="")

    def __next__(self) -> str:
        line, self.ahead = self.ahead or self.lines.readline(LONGEST_LINE), ""
        if not line:
            raise StopIteration
        self.line += 1
        self.ended = line.endswith(("\n", "\r"))
        if not self.ended and len(line) == LONGEST_LINE:
            raise self.refusal("cell", line=self.line)
        return line

    def put_back(self, line: str) -> None:
        self.ahead = line
        self.line -= 1


def _encoding(file: BinaryIO, refusal: type[NotATable]) -> str:
    begins = file.read(SHORT)
    file.seek(0)
    try:
        return letters_of_files.encoding(file)
    except (letters_of_files.TwoWays, letters_of_files.StrayBytes) as found:
        if NO_TEXT.search(begins.decode("ascii", "ignore")):
            raise refusal("binary") from None
        if isinstance(found, letters_of_files.StrayBytes):
            raise refusal("stray", line=found.line) from None
        raise refusal("letters", line=found.line, one=found.one, other=found.other) from None


def _head(text: _Text) -> tuple[int, str]:
    """The first line that says anything, and its number; what `sep=;` says is remembered."""
    for line in islice(text, FIRST_LINES):
        if NO_TEXT.search(line):
            raise text.refusal("binary")
        if found := re.fullmatch(r'"?sep=(.)"?[;,\t|]*', line.strip("\r\n\ufeff "), re.IGNORECASE):
            text.said = found[1]
        elif line.strip(f'{MARKS} "\r\n\ufeff\u00a0'):
            text.put_back(line)
            return text.line + 1, line
    raise text.refusal("empty")


def _mark(text: _Text, head: str) -> str:
    """What stands between two values: as the file says, else what the head has most of outside quotation marks. A file
    that was written again by another program still says the first one's."""
    bare = re.sub(r'"[^"]*"', "", head)
    if text.said and text.said in MARKS and text.said in bare:
        return text.said
    return max(MARKS, key=bare.count)


def _names(cells: Sequence[str], known: Collection[str], other_names: Mapping[str, str]) -> list[str]:
    """Each column as it is known, empty for one without a name. Another name yields to the column's own."""
    plain = [named(cell.replace("\ufeff", "")) for cell in cells]
    names = list[str]()
    for name in plain:
        other = other_names.get(name, name)
        names.append(other if name not in known and other not in plain and other not in names else name)
    while names and not names[-1]:
        names.pop()
    return names


def _rows(
    text: _Text, mark: str, names: Sequence[str], refusal: type[NotATable], *, strict: bool
) -> Iterator[TableRow]:
    begins, reader = text.line + 1, csv.reader(text, delimiter=mark, strict=strict)
    last = None
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                last = _row(begins, cells, names)
                yield last
            begins = text.line + 1
    except csv.Error as broken:
        if "field limit" in str(broken):
            raise refusal("cell", line=begins) from None
        raise refusal("cut" if "unexpected end" in str(broken) else "quotes", line=begins) from None
    if last is not None and last.missing and not text.ended:
        raise refusal("cut", line=last.line)


def _row(line: int, cells: Sequence[str], names: Sequence[str]) -> TableRow:
    plain = [_plain(cell) for cell in cells]
    values = dict.fromkeys((name for name in names if name), "")
    for name, value in zip(names, plain, strict=False):
        if name and not values[name]:
            values[name] = value
    surplus = sum(1 for place, value in enumerate(plain) if value and (place >= len(names) or not names[place]))
    was_cleaned = any(NO_TEXT.search(cell) or OTHER_BREAKS.search(cell) for cell in cells)
    return TableRow(line, values, max(len(names) - len(cells), 0), surplus, was_cleaned)


def _plain(cell: str) -> str:
    """A value without what programs put around it: `="01"` and `'+33…` keep a spreadsheet from changing it."""
    value = unicodedata.normalize("NFC", cleaned(cell).translate(_SPACES)).strip()
    if found := re.fullmatch(r'="([^"]*)"', value):
        return found[1].strip()
    return value[1:] if re.match("'[-=+@]", value) else value
