"""What a technology is: records, vocabularies, policy register, export."""

from catalog.codes import Codes
from catalog.errors import BadInput, CatalogError, Fault, QingyuanError, UnknownCode
from catalog.load import Catalog, load_catalog
from catalog.schema import Technology

__all__ = [
    "BadInput",
    "Catalog",
    "CatalogError",
    "Codes",
    "Fault",
    "QingyuanError",
    "Technology",
    "UnknownCode",
    "load_catalog",
]
