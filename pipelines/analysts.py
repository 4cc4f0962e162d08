"""What analysts disclose under a protecting policy is held against what has left the practice before.

Nothing is written down: these are previews, as the app's switch shows them. What leaves goes through the
command line or the app's downloads, which write it down.
"""

from functools import lru_cache
from pathlib import Path

from pipelines import ledger
from pipelines.definitions import Definitions, InputError
from pipelines.disclosure.disclose import disclose as disclosed
from pipelines.disclosure.finding import Finding
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.release import Release
from pipelines.disclosure.trend import TrendFinding
from pipelines.disclosure.trend import disclose_trend as disclosed_trend
from pipelines.estimates.basis import Basis
from pipelines.estimates.result import Provenance, Result
from pipelines.estimates.trend import Trend
from pipelines.practice import open_practice
from pipelines.warehouse import current


def disclose(result: Result, policy: str = "cms11") -> Finding:
    """Return the numbers of a Result that a policy allows; see `disclosure.disclose`.

    Raises InputError as that does, and under a protecting policy for an older build than the current
    one and where the ledger of releases is lost.
    """
    release = _release(result.basis, result.provenance, result.definitions, policy)
    return disclosed(result, policy, release)


def disclose_trend(found: Trend, policy: str) -> TrendFinding | str:
    """Return a rate over time as a policy allows it, or why not; see `disclosure.trend`.

    Raises InputError as `disclose` does.
    """
    release = _release(found.basis, found.provenance, found.definitions, policy)
    return disclosed_trend(found, policy, release)


def _release(
    basis: Basis | None, provenance: Provenance, definitions: Definitions, policy: str
) -> Release | None:
    if not policy_row(definitions, policy)["protects"] or basis is None or basis.folder is None:
        return None
    build = current(basis.folder).id
    if build != provenance.build:
        raise InputError(
            f"policy {policy}: build {provenance.build} is not the current one, {build}, and could be"
            " subtracted from it; ask the practice again, or disclose it as internal"
        )
    ledger.read(basis.folder)  # which refuses one that is lost or changed
    return _previewed(basis.folder, build, ledger.stamp(basis.folder), policy)


@lru_cache(maxsize=4)
def _previewed(folder: Path, build: str, _stamp: str, policy: str) -> Release:
    """Return what others would see of a build, worked out once as long as its ledger stays."""
    return ledger.preview(open_practice(folder, build), policy)
