"""Ways in which an export is damaged, drawn and done."""

from pathlib import Path

from hypothesis import strategies as st

from tests.robustness.damaged_bytes import BYTES
from tests.robustness.damaged_places import COLUMNAR, PLACES
from tests.robustness.damaged_resources import RESOURCES, VALUES
from tests.robustness.damaged_tables import CELLS, TABLES
from tests.robustness.mutation import Mutation


def mutations(*, tables: bool) -> st.SearchStrategy[list[Mutation]]:
    """Return one to three damages to an export of tables, or of resources."""
    hows = [*PLACES, *BYTES]
    hows += [*COLUMNAR, *TABLES, *["cell"] * 8] if tables else [*RESOURCES, *["value"] * 8]
    share = st.floats(0, 1, exclude_max=True, width=16)
    how, value = st.sampled_from(hows), st.sampled_from(list(CELLS if tables else VALUES))
    return st.lists(st.builds(Mutation, how, share, share, share, value), min_size=1, max_size=3)


def damage(folder: Path, outside: Path, mutation: Mutation) -> None:
    """Damage one file of an export; `outside` is a folder beside it, for links to lead to."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    if not files:
        return
    path = files[mutation.pick(mutation.file, len(files))]
    if place := PLACES.get(mutation.how) or COLUMNAR.get(mutation.how):
        place(path, outside, mutation)
        return
    content = path.read_bytes()
    change = BYTES.get(mutation.how) or TABLES.get(mutation.how) or RESOURCES[mutation.how]
    path.write_bytes(change(content, mutation))
