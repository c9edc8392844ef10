"""The record doctor: looks for faults a schema cannot see, proposes cures, changes nothing.

``examine`` returns findings; ``apply`` carries out only the proposals a person listed.
"""

from catalog.doctor.examine import examine
from catalog.doctor.findings import CHECKS, Finding
from catalog.doctor.fix import apply

__all__ = ["CHECKS", "Finding", "apply", "examine"]
