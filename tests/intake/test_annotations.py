from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines import InputError
from pipelines.intake.annotations import EVENTS, add_event, annotations
from tests.drawn import Built


def note(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n")


def test_files_that_are_not_there_are_frames_of_no_rows(tmp_path: Path) -> None:
    noted = annotations(tmp_path)
    assert noted.events.columns == EVENTS.names
    assert (noted.events.height, noted.targets.height, noted.rebases.height) == (0, 0, 0)


def test_columns_that_need_no_value_may_be_left_out(tmp_path: Path) -> None:
    note(tmp_path, "events.csv", "event_date,title,kind", "2025-01-15,Reminders,qi_cycle")
    row = annotations(tmp_path).events.row(0, named=True)
    assert (row["event_date"], row["title"], row["measure"]) == (
        date(2025, 1, 15),
        "Reminders",
        None,
    )


def test_wrong_cells_are_told_by_file_row_and_what_is_allowed(tmp_path: Path) -> None:
    note(tmp_path, "events.csv", "event_date,title,kind", "15.1.2025,Reminders,qi")
    note(
        tmp_path, "rebases.csv", "month,kind,measure,reason", "2025-01-01,rebase,response,New"
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        annotations(tmp_path)
    assert caught.value.messages == (
        "events.csv, row 1: event_date is 15.1.2025; expected a date as YYYY-MM-DD",
        "events.csv, row 1: kind is qi; expected one of protocol_change, qi_cycle, staffing, other",
        "rebases.csv: column person is missing",
    )


def test_a_month_is_told_by_its_first_day(tmp_path: Path) -> None:
    note(
        tmp_path,
        "targets.csv",
        "from_month,target_percent,measure,person,reason",
        "2025-01-15,60,response,Dr A,Board",
    )
    with pytest.raises(InputError) as caught:
        annotations(tmp_path)
    assert caught.value.messages == (
        "targets.csv, row 1: from_month is 2025-01-15; expected the first day of a month",
    )


def test_names_that_the_practice_does_not_have_are_refused(
    warehouse: Callable[..., Built],
) -> None:
    practice = warehouse(through=200, infusions="patient | day | category\n1 | 0 | tmj").practice
    note(
        practice.folder,
        "events.csv",
        "event_date,title,kind,clinic_key,category,measure",
        "2025-01-15,Reminders,other,lake,tjm,respons",
    )
    with pytest.raises(InputError) as caught:
        practice.trend()
    assert [message.split(";")[0] for message in caught.value.messages] == [
        "events.csv, row 1: measure is respons",
        "events.csv, row 1: category is tjm",
        "events.csv, row 1: clinic_key is lake",
    ]


def event(title: str | None, day: date | None = date(2025, 1, 15)) -> dict[str, str | date | None]:
    cells = dict.fromkeys(EVENTS.names)
    return {**cells, "event_date": day, "title": title, "kind": "other"}


def test_an_event_is_added_to_those_that_stand_there(tmp_path: Path) -> None:
    add_event(tmp_path, event("One"))
    add_event(tmp_path, event('Two, "quoted"'))
    assert annotations(tmp_path).events["title"].to_list() == ["One", 'Two, "quoted"']
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (event(None), "events.csv, row 2: title is empty; expected text"),
        (event("Two", None), "events.csv, row 2: event_date is empty; expected a date as YYYY-MM-DD"),
        (event("One"), "events.csv, row 2: event_date + title + clinic_key is 2025-01-15 / One, which an earlier row has; expected each once"),
    ],
)  # fmt: skip
def test_a_wrong_event_is_refused_and_the_file_stays(
    tmp_path: Path, row: dict[str, str | date | None], message: str
) -> None:
    add_event(tmp_path, event("One"))
    before = (tmp_path / "events.csv").read_bytes()
    with pytest.raises(InputError) as caught:
        add_event(tmp_path, row)
    assert caught.value.messages == (message,)
    assert (tmp_path / "events.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]
