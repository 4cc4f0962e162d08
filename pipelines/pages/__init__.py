"""Who reads it: one script per question. The list of pages, in the order of the menu."""

from pathlib import Path

FOLDER = Path(__file__).parent
PAGES: tuple[tuple[Path, str, str], ...] = (
    (FOLDER / "response.py", "Response", ":material/trending_down:"),
    (FOLDER / "condition.py", "Condition", ":material/stethoscope:"),
    (FOLDER / "trends.py", "Trends", ":material/timeline:"),
    (FOLDER / "clinics.py", "Clinics", ":material/compare_arrows:"),
    (FOLDER / "safety.py", "Safety", ":material/health_and_safety:"),
    (FOLDER / "flow.py", "Flow", ":material/conversion_path:"),
    (FOLDER / "data_quality.py", "Data quality", ":material/fact_check:"),
    (FOLDER / "definitions.py", "Definitions", ":material/menu_book:"),
)
