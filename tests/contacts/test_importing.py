"""Lists as back offices export them: every encoding, delimiter and accident."""

import csv
import tracemalloc
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.contacts.importing import ImportReport, ReadOptions, ReadRow, RejectsWriter, read_list, sniff
from callsvc.contacts.importing.fields import (
    folded_name,
    read_birth_year,
    read_fragility,
    read_language,
    read_moment,
    read_opposition,
    split_name,
)
from callsvc.contacts.importing.header import field_of, read_mapping
from callsvc.contacts.importing.problems import LINES, REFUSED, SAID, says
from callsvc.contacts.importing.sources import FileSource
from callsvc.core.errors import Invalid
from callsvc.core.phone_numbers import REASONS, REPAIRS

TODAY = date(2020, 11, 16)
LOCAL = datetime.fromisoformat("2020-11-05T14:30")  # local to the person: the zone is added later
HEADER = "Nom;Prénom;Téléphone;Tél. 2;Date de naissance;Code postal;Opposition"
LIST = f"""{HEADER}
DUPRÉ;Zoé;06 39 98 12 34;;12/03/1957;67000;
"MARTIN; veuve";Éloïse;3,36E+10;0353015678;1962;57 000;non
"""


def written(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def rows_of(path: Path, **options: object) -> list[ReadRow]:
    with read_list(path, ReadOptions(today=TODAY, fiction_allowed=True, **options)) as rows:  # type: ignore[arg-type]
        return list(rows)


def reasons(row: ReadRow) -> list[str]:
    return [problem.reason for problem in row.problems]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("cp850", "cp850"),
        ("mac_roman", "mac_roman"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_list_reads_the_same_in_every_encoding_and_delimiter(
    tmp_path: Path, encoding: str, expected: str, delimiter: str, line_end: str
) -> None:
    text = LIST.replace("; veuve", "\0").replace("3,36E+10", "3.36E+10").replace(";", delimiter)
    text = text.replace("\0", f"{delimiter} veuve").replace("\n", line_end)
    path = written(tmp_path, text, encoding)
    layout = sniff(FileSource(path))
    assert (layout.encoding, layout.delimiter) == (expected, delimiter)
    first, second = rows_of(path)
    assert (first.values.last_name, first.values.first_name) == ("DUPRÉ", "Zoé")
    assert [number.e164 for number in first.numbers] == ["+33639981234"]
    assert first.values.department == "67"
    assert (first.values.birth_year, second.values.birth_year) == (1957, 1962)
    assert second.values.last_name == f"MARTIN{delimiter} veuve"
    assert [number.e164 for number in second.numbers] == ["+33353015678"]
    assert "scientific-notation" in reasons(second)


def test_title_lines_blank_lines_totals_and_repeated_headers_are_counted_not_refused(tmp_path: Path) -> None:
    text = f"Export du 16/11/2020;;;;;;\n\n{LIST}\n{HEADER}\nTotal;2;;;;;\n"
    report = ImportReport()
    path = written(tmp_path, text)
    with read_list(path, ReadOptions(today=TODAY, fiction_allowed=True)) as rows:
        report.opened(rows.layout, rows.header)
        for row in rows:
            report.count(row)
    assert (report.header_line, report.rows, report.kept, report.refused) == (3, 2, 2, 0)
    assert report.not_people == {"title-line": 1, "blank-line": 2, "repeated-header": 1, "total-line": 1}


def test_a_refusal_names_line_column_cell_reason_and_what_to_do(tmp_path: Path) -> None:
    (_, row) = rows_of(written(tmp_path, LIST))
    (problem,) = [problem for problem in row.problems if problem.refused]
    assert (problem.line, problem.column, problem.cell) == (3, "Téléphone", "3,36E+10")
    assert problem.reason == "scientific-notation"
    assert "format Texte" in problem.says("fr")
    assert "as text" in problem.says("en")


def test_a_row_without_any_number_is_refused_and_says_so(tmp_path: Path) -> None:
    (row,) = rows_of(written(tmp_path, f"{HEADER}\nDUPRÉ;Zoé;;;1957;67000;\n"))
    assert not row.kept
    assert reasons(row) == ["no-number"]


def test_two_telephone_columns_and_two_numbers_in_a_cell_all_count(tmp_path: Path) -> None:
    text = f"{HEADER}\nDUPRÉ;Zoé;0639981234 ou 0639981235;0353015678;1957;67000;\n"
    (row,) = rows_of(written(tmp_path, text))
    assert [number.e164 for number in row.numbers] == ["+33639981234", "+33639981235", "+33353015678"]


def test_an_opposition_is_a_suppression_and_never_a_dropped_row(tmp_path: Path) -> None:
    lines = ["oui", "X", "ne plus appeler", "à vérifier", "non", ""]
    body = "".join(f"N{place};P;06399812{place:02};;1957;67000;{word}\n" for place, word in enumerate(lines))
    rows = rows_of(written(tmp_path, f"{HEADER}\n{body}"))
    assert all(row.kept for row in rows)
    assert [row.values.opposition for row in rows] == [True, True, True, True, False, False]
    assert "opposition-unclear" in reasons(rows[3])


def test_a_refused_consent_is_an_opposition(tmp_path: Path) -> None:
    text = (
        "Nom;Tel;Consentement\nA;0639981234;non\nB;0639981235;oui\n"
        "C;0639981236;en attente\nD;0639981237;refus\n"
    )
    rows = rows_of(written(tmp_path, text))
    assert [row.values.opposition for row in rows] == [True, False, False, True]
    assert [row.values.consent for row in rows] == [False, True, None, False]
    assert "consent-unclear" in reasons(rows[2])


def test_a_row_with_more_cells_than_columns_is_refused_because_its_columns_may_have_shifted(
    tmp_path: Path,
) -> None:
    (row,) = rows_of(written(tmp_path, f"{HEADER}\nDUPRÉ; veuve;Zoé;0639981234;;1957;67000;;non\n"))
    assert not row.kept
    assert reasons(row) == ["extra-cells"]


def test_trailing_delimiters_are_not_extra_cells(tmp_path: Path) -> None:
    (row,) = rows_of(written(tmp_path, f"{HEADER};;;\nDUPRÉ;Zoé;0639981234;;1957;67000;;;;\n"))
    assert row.kept
    assert reasons(row) == []


def test_a_short_row_is_read_and_says_so(tmp_path: Path) -> None:
    (row,) = rows_of(written(tmp_path, f"{HEADER}\nDUPRÉ;Zoé;0639981234\n"))
    assert row.kept
    assert "short-row" in reasons(row)


def test_an_unclosed_quote_costs_one_line_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    good = "".join(f"N{place};P;063998{place:04};;1957;67000;\n" for place in range(100))
    rows = rows_of(written(tmp_path, f'{HEADER}\n"DUPRÉ;Zoé;0639981234;;1957;67000;\n{good}'))
    assert reasons(rows[0]) == ["unclosed-quote"]
    assert [row.line for row in rows] == list(range(2, 103))
    assert all(row.kept for row in rows[1:])


def test_a_quote_that_closes_by_accident_on_the_next_line_costs_one_line_too(tmp_path: Path) -> None:
    text = f'{HEADER}\n"DUPRÉ;Zoé;0639981234;;1957;67000;\n"MARTIN";Ana;0639981235;;1957;67000;\n'
    rows = rows_of(written(tmp_path, text))
    assert [row.line for row in rows] == [2, 3]
    assert reasons(rows[0]) == ["unclosed-quote"]
    assert rows[1].values.last_name == "MARTIN"


def test_a_quote_open_on_the_last_line_is_said(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, f'{HEADER}\nA;P;0639981234;;;67000;\n"B;P;0639981235;;;67000;\n'))
    assert [row.kept for row in rows] == [True, False]


def test_a_note_with_line_breaks_between_quotes_is_one_row(tmp_path: Path) -> None:
    text = 'Nom;Tel;Note\nA;0639981234;"rappeler\naprès 18 h"\nB;0639981235;\n'
    rows = rows_of(written(tmp_path, text))
    assert [(row.line, row.kept) for row in rows] == [(2, True), (4, True)]


def test_doubled_and_undoubled_quotes_both_read(tmp_path: Path) -> None:
    text = 'Nom;Prénom;Tel\n"LE ""BON""";A;0639981234\n"LE "BON"";B;0639981235\n'
    rows = rows_of(written(tmp_path, text))
    assert rows[0].values.last_name == 'LE "BON"'
    assert [row.numbers[0].e164 for row in rows] == ["+33639981234", "+33639981235"]


def test_headers_in_french_capitals_and_twice_the_same_are_understood(tmp_path: Path) -> None:
    text = "N° DOSSIER;NOM;NOM;PRÉNOM;TÉLÉPHONE;TÉLÉPHONE\nD1;DUPRÉ;DURAND;Zoé;0639981234;0639981235\n"
    (row,) = rows_of(written(tmp_path, text))
    assert row.values.reference == "D1"
    assert row.values.last_name == "DUPRÉ"
    assert len(row.numbers) == 2
    assert "duplicate-column-differs" in reasons(row)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Nom", "last_name"),
        ("PRÉNOM", "first_name"),
        ("Nom et prénom", "full_name"),
        ("Téléphone", "phone"),
        ("Tél. 2", "phone"),
        ("tel1", "phone"),
        ("N° de portable", "phone"),
        ("rdv_tel2", "phone"),
        ("Téléphone du médecin traitant", None),
        ("Fax", None),
        ("Tél/Fax", None),
        ("Date de naissance", "birth_year"),
        ("Année", "birth_year"),
        ("Code Postal", "postcode"),
        ("CP", "postcode"),
        ("com_cp", "postcode"),
        ("Département", "department"),
        ("Langue", "language"),
        ("Fragile", "fragility"),
        ("Date de signalement", "reported_at"),
        ("Ne plus appeler", "opposition"),
        ("Consentement", "consent"),
        ("N° dossier", "reference"),
        ("Synthétique", "synthetic"),
        ("E-mail", None),
        ("", None),
    ],
)
def test_a_column_name_means_a_field(name: str, field: str | None) -> None:
    assert field_of(name) == field


def test_a_mapping_outranks_the_name_of_a_column(tmp_path: Path) -> None:
    text = "Qui;Joindre au;Téléphone\nDUPRÉ Zoé;0639981234;0353015678\n"
    mapping = read_mapping(["joindre AU=phone", "Téléphone=ignore", "qui=full_name"])
    (row,) = rows_of(written(tmp_path, text), mapping=mapping)
    assert [number.e164 for number in row.numbers] == ["+33639981234"]
    assert (row.values.last_name, row.values.first_name) == ("DUPRÉ", "Zoé")


@pytest.mark.parametrize(
    ("pairs", "error"), [(["Tel"], "mapping-unreadable"), (["Tel=telephone"], "mapping-unknown-field")]
)
def test_a_bad_mapping_says_what_to_write(pairs: list[str], error: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_mapping(pairs)
    assert raised.value.id == error


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "file-empty"),
        (b"PK\x03\x04rest of a workbook", "not-a-text-file"),
        (b"\xd0\xcf\x11\xe0old workbook", "not-a-text-file"),
        (b"%PDF-1.7", "not-a-text-file"),
        (b"abc\x00def\x00\x01\x02 some words", "not-a-text-file"),
        (b"lorem ipsum\ndolor sit amet\n", "no-phone-column"),
        (b"Nom;Ville\nA;B\n", "no-phone-column"),
        (bytes(range(1, 256)) * 20, "no-phone-column"),
        (b"Nom;Tel\n" + b"x" * 250_000, "line-too-long"),
    ],
)
def test_garbage_gives_a_clear_error(tmp_path: Path, content: bytes, error: str) -> None:
    path = tmp_path / "garbage.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid) as raised:
        rows_of(path)
    assert raised.value.id == error
    assert raised.value.message.endswith(".")


def test_a_missing_file_and_a_missing_mapped_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="file-unreadable"):
        rows_of(tmp_path / "nowhere.csv")
    with pytest.raises(Invalid, match="mapping-column-missing"):
        rows_of(written(tmp_path, LIST), mapping=read_mapping(["Mobile=phone"]))


@given(content=st.binary(max_size=400))
def test_no_bytes_make_the_reading_fail_in_another_way(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "list.csv"
    path.write_bytes(b"Nom;Tel\n" + content)
    try:
        rows = rows_of(path)
    except Invalid:
        return
    for row in rows:
        assert row.kept or row.problems


def test_a_corrected_rejects_file_can_be_imported_as_it_is(tmp_path: Path) -> None:
    text = (
        f"{HEADER}\nDUPRÉ;Zoé;3,36E+10;;1957;67000;\n"
        "=1+1;Ana;0899123456;;1957;67000;\nOK;A;+33639981234;;;67000;\n"
    )
    path = written(tmp_path, text, "cp1252")
    rejects = tmp_path / "rejects.csv"
    with read_list(path, ReadOptions(today=TODAY, fiction_allowed=True)) as rows:
        with rejects.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = RejectsWriter(handle, rows.header)
            writer.write_header()
            for row in rows:
                writer.write(row)
        assert writer.count == 2
    back = rejects.read_text(encoding="utf-8-sig")
    assert "'=1+1" in back
    corrected = written(
        tmp_path,
        back.replace("3,36E+10", "+33 6 39 98 12 34").replace("0899123456", "0639981235"),
        "utf-8-sig",
        "corrected.csv",
    )
    first, second = rows_of(corrected)
    assert (first.values.last_name, first.numbers[0].e164) == ("DUPRÉ", "+33639981234")
    assert (second.values.last_name, second.numbers[0].e164) == ("=1+1", "+33639981235")


def test_no_cell_of_a_rejects_file_is_a_formula(tmp_path: Path) -> None:
    evil = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1"]
    with (tmp_path / "out.csv").open("w", encoding="utf-8-sig", newline="") as handle:
        writer = RejectsWriter(handle, _header_of(tmp_path))
        for place, cell in enumerate(evil):
            for row in rows_of(written(tmp_path, f'Nom;Tel\n"{cell}";{place}{place}\n')):
                writer.write(row)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as handle:
        for line in csv.reader(handle, delimiter=";"):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "＝")) for cell in line)


def _header_of(tmp_path: Path):  # type: ignore[no-untyped-def]
    with read_list(written(tmp_path, "Nom;Tel\n", name="h.csv"), ReadOptions(today=TODAY)) as rows:
        return rows.header


def test_a_list_of_any_length_is_read_in_constant_memory(tmp_path: Path) -> None:
    def peak(lines: int) -> int:
        path = tmp_path / f"{lines}.csv"
        with path.open("w", encoding="cp1252") as handle:
            handle.write(HEADER + "\n")
            for place in range(lines):
                handle.write(f"DUPRÉ{place};Zoé;06 39 98 {place % 10000:04};;1957;67000;\n")
        tracemalloc.start()
        with read_list(path, ReadOptions(today=TODAY, fiction_allowed=True)) as rows:
            for _ in rows:
                pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(1000)
    small, large = peak(15_000), peak(45_000)
    assert large < small * 1.1 + 50_000


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1957", 1957),
        ("1957.0", 1957),
        ("12/03/1957", 1957),
        ("1957-03-12", 1957),
        ("12.03.1957", 1957),
        ("57", None),
        ("12/03/57", None),
        ("1857", None),
        ("2031", None),
        ("inconnue", None),
    ],
)
def test_a_birth_year_is_read_when_its_century_is_written(text: str, year: int | None) -> None:
    assert read_birth_year(text, TODAY) == year


def test_a_date_is_read_the_french_way_with_or_without_an_hour() -> None:
    assert read_moment("05/11/2020 14:30") == LOCAL
    assert read_moment("05/11/2020 à 14h30") == LOCAL
    assert read_moment("2020-11-05T14:30:00") == LOCAL
    assert read_moment("hier") is None


def test_languages_fragility_and_opposition_are_read_as_written() -> None:
    assert [read_language(word) for word in ("Français", "FR", "fr-FR", "anglais", "klingon")] == [
        "fr",
        "fr",
        "fr",
        "en",
        None,
    ]
    assert [read_fragility(word) for word in ("oui", "NON", "2", "élevée", "peut-être")] == [1, 0, 2, 3, None]
    assert [read_opposition(word) for word in ("STOP", "non", "voir M. X")] == [True, False, None]


def test_names_fold_to_one_spelling_and_split_by_capitals() -> None:
    assert folded_name("Zoé", "DUPRÉ-MARTIN") == folded_name("Dupre Martin", "ZOE")
    assert split_name("LE GOFF Anne Marie") == ("LE GOFF", "Anne Marie")
    assert split_name("dupont") == ("dupont", "")


@pytest.mark.parametrize("reason", [*LINES, *REFUSED, *SAID])
def test_everything_an_import_says_has_two_sentences(reason: str) -> None:
    assert says(reason, "fr").endswith(".")
    assert says(reason, "en").endswith(".")


def test_the_report_is_plain_json_and_its_stored_form_quotes_no_cell(tmp_path: Path) -> None:
    report = ImportReport(source="list.csv")
    with read_list(written(tmp_path, LIST), ReadOptions(today=TODAY, fiction_allowed=True)) as rows:
        report.opened(rows.layout, rows.header)
        for row in rows:
            report.count(row)
    whole, stored = report.as_dict(), report.as_dict(cells=False)
    assert whole["refusals"][0]["reason"] == "scientific-notation"
    assert whole["examples"][0]["cell"] == "3,36E+10"
    assert stored["examples"] == []
    assert stored["kept"] == 2


@pytest.mark.parametrize("name", [*REASONS, *REPAIRS, *REFUSED])
def test_every_reason_is_in_the_documentation(name: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "contacts.md"
    assert name in page.read_text(encoding="utf-8")
