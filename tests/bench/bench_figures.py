"""The figures at the scale of a nation, on a PostgreSQL of its own.

    python -m tests.bench.bench_figures [accompaniments, 10,000,000 unless told]

A closed calendar year is written, rolled up and asked for by partner, with counters and percentiles. Each line is `name
ratio`: the time from the raw rows ÷ ours from the rollups; DuckDB's on Parquet with one thread ÷ ours; the worst error
of a percentile; one partner's contacts by site, rows ÷ tier; the time that a report may take ÷ that of the nation's
year, its démarches and its sites; the same of a period that begins and ends within months, and of the rows behind its
figures; our import's rows per second ÷ those of a COPY of the same rows into the same indexed tables. Counters must be
equal to the last unit, or it fails.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import psycopg

from callcenter import migrations
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.demonstration import embedded
from callcenter.records import visits
from callcenter.records.figures import roll_up, totals
from callcenter.reference import rows
from callcenter.rules import quality
from callcenter.rules.territory import TERRITORIES
from callcenter.rules.visits import read_csv
from callcenter.screens import report_screen
from callcenter.screens.report_query import PATIENCE, ReportQuery

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LONGEST = 3600.0  # seconds
PER_CONTACT = 1.15
IMPORTED = 20  # one in so many rows is imported again
COLUMNS = ("contacts", "accompaniments", "opened", "settled", "answers", "satisfied", "very_satisfied")

CONTACTS = """
insert into contacts (id, reference, channel, department, site_id, department_assumed, language, hard_of_hearing,
  relay, arrived_at,
  local_day, waited, lasted, due, recorded_at, satisfaction, satisfaction_scale)
select uuidv7(), 'B' || n, case when n % 9 = 0 then 'phone' else 'front_desk' end,
  (cast(%(departments)s as text[]))[place], place * 27 + n % 27, false, 'fr', false, false, at,
  at::date,
  exp(random() * 4 + random() * 3), case when n % 9 <> 0 then 300 + random() * 2400 end, 'recorded', at,
  case when n % 4 = 0 then 4 - floor(5 * random() ^ 4)::int % 4 end, case when n % 4 = 0 then 4 end
from (select n, timestamptz '2025-01-01 06:00Z' + random() * interval '364 days 12 hours' as at,
        1 + width_bucket(random(), cast(%(edges)s as float8[])) as place
      from generate_series(1, %(contacts)s) n) each
"""
MATTERS = """
insert into accompaniments (id, contact_id, partner, procedure, outcome, internet_checked, settled, follow_up, at)
select uuidv7(), c.id, p.partner, p.procedure,
  case when random() < 0.4 then 'information' else 'accompaniment' end, false,
  case when random() < 0.97 then random() < 0.8 end, 'none', c.arrived_at
from (select id, arrived_at, substr(reference, 2)::bigint as n, random() as dice from contacts) c
cross join lateral generate_series(0, case when c.n %% 100 < 15 then 1 else 0 end) as extra
join unnest(cast(%(partners)s as text[]), cast(%(procedures)s as text[]))
  with ordinality as p (partner, procedure, place)
  on p.place = 1 + (floor(c.dice * c.dice * %(kinds)s)::int + extra * 7) %% %(kinds)s
"""
BY_PARTNER = """
with matters as (
  select a.contact_id, a.partner, count(*) as n, count(*) filter (where a.continues is null) as opened,
    count(*) filter (where a.continues is null and a.settled) as settled
  from accompaniments a join contacts c on c.id = a.contact_id
  where c.local_day between '2025-01-01' and '2025-12-31' group by a.contact_id, a.partner
)
select m.partner, count(*), sum(m.n), sum(m.opened), sum(m.settled), count(c.satisfaction),
  count(*) filter (where c.satisfaction >= 3), count(*) filter (where c.satisfaction = 4), {half}, {nine_tenths}
from matters m join contacts c on c.id = m.contact_id group by m.partner
"""
SITES_OF_CAF = """
select c.site_id, count(*) from contacts c join (select distinct contact_id from accompaniments where partner = 'caf') m
  on m.contact_id = c.id
where c.local_day between '2025-01-01' and '2025-12-31' group by 1
"""
PERCENTILE = "percentile_disc({}) within group (order by c.waited)"

YEAR = ReportQuery(FIRST, LAST)
REPORTS = {
    "the_nation": YEAR,
    "one_partner": ReportQuery(FIRST, LAST, partner="caf"),
    "broken_months": ReportQuery(date(2025, 1, 17), date(2025, 12, 5)),
}
BEHIND = ("demands", "very_satisfied", "relay_handling_time", "callbacks_kept")

Answer = dict[str, tuple[tuple[int, ...], float, float]]


def main() -> None:
    wanted = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 10_000_000
    os.environ.update(DEMONSTRATION="1", LOG_LEVEL="WARNING")
    with tempfile.TemporaryDirectory(prefix="bench-figures-") as directory:
        Path(directory).chmod(0o755)
        with embedded.stores(Path(directory)) as stores:
            os.environ.update(stores.environment())
            settings.cache_clear()
            migrations.upgrade()
            _measure(stores.postgresql.url.replace("+psycopg", ""), Path(directory), wanted)


def _measure(url: str, directory: Path, wanted: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        with _said("rows written"):
            _write_year(connection, wanted)
        with _said("rolled up"):
            for month in range(1, 13):
                with transaction(LONGEST) as session:
                    roll_up.rebuild(session, date(2025, month, 1), NOW)
        ours, our_time = _best(_from_rollups, 9)
        raw, raw_time = _best(lambda: _from_rows(connection), 2)
        parquet = directory / "parquet"
        parquet.mkdir()
        with _said("written as Parquet"):
            _as_parquet(connection, parquet)
        other, other_time = _best(lambda: _from_parquet(parquet), 3)
        for name, found in (("PostgreSQL's rows", raw), ("DuckDB", other)):
            differ = [partner for partner in found if found[partner][0] != ours[partner][0]]
            if differ or found.keys() != ours.keys():
                raise SystemExit(f"the counters are not those of {name}: {differ}")
        worst = max(abs(mine / true - 1) for p in raw for mine, true in zip(ours[p][1:], raw[p][1:], strict=True))
        print(f"# {sum(each[0][1] for each in raw.values()):,} accompaniments; ours takes {our_time * 1000:.1f} ms")
        print(f"year_by_partner_rows_per_rollups {raw_time / our_time:.0f}")
        print(f"year_by_partner_duckdb_per_rollups {other_time / our_time:.1f}")
        print(f"percentile_error {worst:.4f}")
        print(f"sites_of_one_partner_rows_per_rollups {_sites_of_one_partner(connection):.0f}")
        for name, asked in REPORTS.items():
            taken = min(_seconds(lambda asked=asked: report_screen.report(asked, None, str)) for _ in range(3))  # type: ignore[misc]
            print(f"time_allowed_per_report_of_{name} {(PATIENCE - 5) / taken:.1f}")
        behind = max(_seconds(lambda code=code: report_screen.behind(YEAR, code, None)) for code in BEHIND)  # type: ignore[misc]
        print(f"time_allowed_per_rows_behind_a_figure {(PATIENCE - 5) / behind:.1f}")
        print(f"import_per_copy {_import_rate(connection, directory, wanted // IMPORTED):.2f}")


def _write_year(connection: psycopg.Connection, wanted: int) -> None:
    inhabited = [(code, territory.population) for code, territory in TERRITORIES.items() if territory.inhabited]
    total, edges, so_far = sum(people for _, people in inhabited), [], 0
    for _, people in inhabited[:-1]:
        so_far += people
        edges.append(so_far / total)
    procedures = [(row["partner"], row["code"]) for row in rows("procedures.csv") if row["partner"]]
    connection.execute("set session_replication_role = replica")  # no foreign key is looked up for each row
    connection.execute("select setseed(0.46)")
    connection.execute(
        CONTACTS.replace("% ", "%% ").encode(),
        {"departments": [code for code, _ in inhabited], "edges": edges, "contacts": int(wanted / PER_CONTACT)},
    )
    partners, codes = zip(*procedures, strict=True)
    connection.execute(
        MATTERS.encode(), {"partners": list(partners), "procedures": list(codes), "kinds": len(procedures)}
    )
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum analyze")


def _from_rollups() -> Answer:
    with reading() as session:
        found = totals.between(session, FIRST, LAST, ("partner",), partners=None)
    return {
        partner: (
            tuple(getattr(tally, name) for name in COLUMNS),
            quality.median_wait(tally) or 0.0,
            quality.p90_wait(tally) or 0.0,
        )
        for (partner,), tally in found.items()
    }


def _from_rows(connection: psycopg.Connection) -> Answer:
    question = BY_PARTNER.format(half=PERCENTILE.format(0.5), nine_tenths=PERCENTILE.format(0.9))
    return _read(connection.execute(question.encode()).fetchall())


def _sites_of_one_partner(connection: psycopg.Connection) -> float:
    """The time that its year's contacts of each site take from the rows ÷ from the tier."""
    began = time.monotonic()
    raw: dict[int, int] = dict(connection.execute(SITES_OF_CAF.encode()).fetchall())
    taken = time.monotonic() - began
    began = time.monotonic()
    with reading(LONGEST) as session:
        roll_up.allow_time(session, LONGEST)
        found = totals.by_site(session, FIRST, LAST, None, YEAR.channels, "caf")
    ours = time.monotonic() - began
    sites: Counter[int] = Counter()
    for (site, _), tally in found.items():
        sites[site] += tally.contacts
    if sites != raw:
        raise SystemExit("the sites of one partner are not those of the rows")
    return taken / ours


def _from_parquet(parquet: Path) -> Answer:
    question = BY_PARTNER.format(half="quantile_disc(c.waited, 0.5)", nine_tenths="quantile_disc(c.waited, 0.9)")
    with duckdb.connect() as reader:
        reader.execute("set threads = 1")
        for table in ("contacts", "accompaniments"):
            reader.execute(f"create view {table} as select * from read_parquet('{parquet}/{table}.parquet')")
        return _read(reader.execute(question).fetchall())


def _read(found: list[tuple[Any, ...]]) -> Answer:
    return {row[0]: (tuple(int(each) for each in row[1:8]), float(row[8]), float(row[9])) for row in found}


def _as_parquet(connection: psycopg.Connection, parquet: Path) -> None:
    columns = {
        "contacts": "id, local_day, waited, satisfaction",
        "accompaniments": "contact_id, partner, continues, settled",
    }
    for table, some in columns.items():
        plain = parquet / f"{table}.csv"
        with (
            plain.open("wb") as file,
            connection.cursor().copy(
                f"copy (select {some} from {table}) to stdout (format csv, header)".encode()
            ) as sent,
        ):
            for part in sent:
                file.write(part)
        with duckdb.connect() as writer:
            writer.execute(f"copy (select * from read_csv('{plain}')) to '{parquet}/{table}.parquet' (format parquet)")
        plain.unlink()


def _import_rate(connection: psycopg.Connection, directory: Path, lines: int) -> float:
    """Rows per second of our import ÷ those of a COPY of what it wrote, under other ids, into the same tables."""
    connection.execute(
        b"""insert into sites (id, name, address, postal_code, city, department, phone, mail, week, by_appointment,
        comment, kind, format, "grouping", label, doubts, first_listed_at, changed_at)
        select n, '', '', '', '', '46', '', '', '[]', false, '', '', '', '', '', '{}', now(), now()
        from generate_series(1, 500) n"""
    )
    file = directory / "visits.csv"
    with file.open("w", encoding="utf-8") as sent:
        sent.writelines(_visits(lines))
    began = time.monotonic()
    with file.open("rb") as sent, transaction(LONGEST) as session:
        report = visits.import_visits(session, read_csv(sent), NOW)
    ours = time.monotonic() - began
    if report.accompaniments != lines or report.refused:
        raise SystemExit(f"the import took {report.accompaniments} of {lines} lines")
    copied = _copied(connection, directory)
    print(f"# import: {lines / ours:,.0f} lines a second; COPY: {lines / copied:,.0f}")
    return copied / ours


def _visits(lines: int) -> Iterator[str]:
    chance = Random(7)
    codes = [row["code"] for row in rows("procedures.csv")]
    yield "reference;id_fs;debut;demarche;issue;minutes;attente_minutes;note;echelle;regle;remarques\n"
    for n in range(lines):
        visit = n * 100 // 115  # 1.15 démarches a visit
        day, score = 1 + visit % 28, 4 - visit % 3
        yield (
            f"bench-{visit};{1 + visit % 500};2026-0{1 + visit % 2}-{day:02}T{9 + visit % 8:02}:{visit % 60:02};"
            f"{codes[n % len(codes)]};accompagnement;{10 + visit % 50};{visit % 40};{score};4;"
            f"{chance.choice(('oui', 'oui', 'oui', 'non'))};{'Manque un justificatif' if n % 5 == 0 else ''}\n"
        )


def _copied(connection: psycopg.Connection, directory: Path) -> float:
    """Seconds that a COPY of the rows just imported takes."""
    twins = "create temporary table twins as select id, uuidv7() as twin from contacts where site_reference is not null"
    connection.execute(twins.encode())
    connection.execute(b"analyze twins")
    with connection.cursor() as cursor:
        taken = 0.0
        for table, changed in (
            (
                "contacts",
                {"id": "t.twin", "reference": "'W' || x.reference", "site_reference": "'twin-' || x.site_reference"},
            ),
            ("accompaniments", {"id": "uuidv7()", "contact_id": "t.twin"}),
        ):
            found = cursor.execute(f"select * from {table} limit 0".encode()).description or []
            names = [f'"{column.name}"' for column in found]
            values = ", ".join(changed.get(name.strip('"'), f"x.{name}") for name in names)
            key = "id" if table == "contacts" else "contact_id"
            file = directory / f"{table}.copy"
            with file.open("wb") as kept:
                chosen = f"copy (select {values} from {table} x join twins t on t.id = x.{key}) to stdout"
                with cursor.copy(chosen.encode()) as out:
                    for part in out:
                        kept.write(part)
            began = time.monotonic()
            with file.open("rb") as kept, cursor.copy(f"copy {table} ({', '.join(names)}) from stdin".encode()) as into:
                while part := kept.read(1 << 20):
                    into.write(part)
            taken += time.monotonic() - began
        return taken


def _seconds(deed: Callable[[], object]) -> float:
    began = time.monotonic()
    deed()
    return time.monotonic() - began


def _best(measure: Callable[[], Answer], times: int) -> tuple[Answer, float]:
    """The answer, and the shortest of so many tries."""
    shortest, answer = float("inf"), {}
    for _ in range(times):
        began = time.monotonic()
        answer = measure()
        shortest = min(shortest, time.monotonic() - began)
    return answer, shortest


@contextmanager
def _said(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"# {what} in {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
