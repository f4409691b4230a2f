"""The table `policies/inventory/*.yaml`: which resource types hold or carry data, and which properties say how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from landing_zone.policy_data import POLICIES, policy_data

FOLDER = "inventory"
NEXT = "next"
NOT_KNOWN = "not known"
CUSTOMER_KEY = "customer managed key"
UNKNOWN_KEY = "KMS key of unknown manager"
KMS_CLASSES = frozenset({CUSTOMER_KEY, UNKNOWN_KEY, "AWS managed key", "AWS owned key"})
STORE_CLASSES = KMS_CLASSES | {"service managed", "none", NOT_KNOWN}
"""How a store can be encrypted. `none`: the template asks for no encryption."""
PROTECTED_IN_TRANSIT = frozenset({"TLS", "SSH", "IPsec", "network encryption", CUSTOMER_KEY})
TRANSIT_CLASSES = PROTECTED_IN_TRANSIT | KMS_CLASSES | {"AWS internal", "optional", "not by itself", "none", NOT_KNOWN}
"""How a path can be protected. `optional`: the client decides. `AWS internal`: AWS carries the data between its own
services, and the template says nothing of the wire. `not by itself`: only what runs over it can be encrypted."""

_SHORTHAND = {"unstated": f"{NOT_KNOWN}: it is not set, and the property's reference states no default"}


def _path(given: object) -> object:
    """`A.0.B` as its steps; a list for keys with dots; a leading `/` leaves the item of `each`."""
    if not isinstance(given, str):
        return given
    rooted = ("/",) if given.startswith("/") else ()
    return (*rooted, *(part for part in given.strip("/").split(".") if part))


def _outcome(given: object) -> object:
    return _SHORTHAND.get(given, given) if isinstance(given, str) else given


def _outcomes(given: object) -> object:
    """Keys of YAML may be truth values."""
    if not isinstance(given, Mapping):
        return given
    return {str(key).lower() if isinstance(key, bool) else str(key): _outcome(text) for key, text in given.items()}


Path = Annotated[tuple[str, ...], BeforeValidator(_path)]
Outcome = Annotated[str, BeforeValidator(_outcome)]
Outcomes = Annotated[Mapping[str, str], BeforeValidator(_outcomes)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TlsPolicy(_Row):
    """A resource policy that may deny requests without TLS.

    document: where the policy stands. by: the type of the resource that carries it and the property that names ours;
    without it the policy is our own. actions: what has to be denied. objects: the denied resource has to end in `/*`.
    """

    document: Path
    by: Mapping[str, str] = Field(default_factory=dict)
    actions: tuple[str, ...] = Field(min_length=1)
    objects: bool = False


class Step(_Row):
    """One property to look at. The first step that decides is the verdict.

    values: text (may be a pattern) to outcome. key: any other value names a KMS key. inherits: the value names the
    resource whose encryption this one takes over. absent: the outcome when the property is not there. then: an outcome
    as such.
    """

    at: Path = ()
    values: Outcomes = Field(default_factory=dict)
    key: bool = False
    inherits: bool = False
    tls_policy: TlsPolicy | None = None
    absent: Outcome = NEXT
    then: Outcome = ""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome the step names."""
        return tuple(text for text in (*self.values.values(), self.absent, self.then) if text)

    @property
    def ends(self) -> bool:
        """Whether no step after this one can be reached."""
        return bool(self.then or self.tls_policy) or NEXT not in (*self.values.values(), self.absent)


class Condition(_Row):
    """A property that must be there, and be or look like something, for an entry or an item to count."""

    at: Path
    like: str = "*"


class Period(_Row):
    """A property that holds a time. zero: what 0 means. where: only items of a list with this property count."""

    at: Path
    unit: Literal["days", "years", "hours", "seconds", "months"] = "days"
    label: str = ""
    zero: str = ""
    where: Mapping[str, str] = Field(default_factory=dict)


class Entry(_Row):
    """How to read one kind of store or transit path. Paths are relative to an item of `each`, where there is one."""

    type: str
    kind: Literal["store", "transit"]
    what: str
    name: Path = ()
    tags: Path = ("Tags",)
    when: Condition | None = None
    each: Path = ()
    only: Condition | None = None
    none_listed: Outcome = ""
    encryption: tuple[Step, ...] = Field(min_length=1)
    algorithm: str = ""
    algorithm_at: Path = ()
    retention: tuple[Period, ...] = ()
    retention_absent: str = ""
    lock: tuple[Period, ...] = ()
    expiry: tuple[Period, ...] = ()
    details: Mapping[str, Path] = Field(default_factory=dict)
    note: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _decides(self) -> Entry:
        classes = STORE_CLASSES if self.kind == "store" else TRANSIT_CLASSES
        outcomes = [text for step in self.encryption for text in step.outcomes if text != NEXT]
        for text in (*outcomes, *filter(None, [self.none_listed])):
            if verdict_class(text) not in classes:
                raise ValueError(f"{self.type}: {text!r} is no outcome of a {self.kind}")
        *before, last = self.encryption
        if not last.ends or any(step.ends for step in before):
            raise ValueError(f"{self.type}: the last step must decide, and no other may decide always")
        return self


class Algorithm(_Row):
    """What AWS documents of a service's encryption, and where."""

    text: str
    source: str
    basis: str


@dataclass(frozen=True)
class Table:
    """Everything the inventory knows of resource types."""

    as_of: str
    basis: str
    entries: tuple[Entry, ...]
    algorithms: Mapping[str, Algorithm]
    holds_no_data: frozenset[str]

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by resource type."""
        types = dict.fromkeys(entry.type for entry in self.entries)
        return {type_: tuple(entry for entry in self.entries if entry.type == type_) for type_ in types}

    def covers(self, type_: str) -> bool:
        """Whether the table says what the type is; a custom resource is never covered."""
        return type_ in self.by_type or type_ in self.holds_no_data


def verdict_class(outcome: str) -> str:
    """`TLS 1.2` is TLS, `not known: why` is not known."""
    return "TLS" if outcome.startswith("TLS ") else outcome.partition(":")[0]


@cache
def inventory_table() -> Table:
    """The table as it stands in `policies/inventory`. A fault in it is a bug of the project and raises ValueError."""
    about: Mapping[str, Any] = policy_data(f"{FOLDER}/about")
    entries: list[Entry] = []
    for path in sorted((POLICIES / FOLDER).glob("*.yaml")):
        if path.stem not in ("about", "holds_no_data"):
            document = policy_data(f"{FOLDER}/{path.stem}")
            entries += [Entry.model_validate({"kind": document["kind"], **row}) for row in document["entries"]]
    return Table(
        as_of=str(about["as_of"]),
        basis=about["basis"],
        entries=tuple(entries),
        algorithms={name: Algorithm.model_validate(row) for name, row in about["algorithms"].items()},
        holds_no_data=frozenset(policy_data(f"{FOLDER}/holds_no_data")["types"]),
    )
