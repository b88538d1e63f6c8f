"""The forms of orders: nothing in them is chosen beforehand, and what lacks an answer is said beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData

from callcenter.actions.orders import MOVING, written
from callcenter.errors import OrderRefused
from callcenter.records.agents import Agent
from callcenter.rules.orders import clock_of_scope
from callcenter.rules.territory import TERRITORIES
from callcenter.screens import order_effect
from callcenter.screens.order_effect import Effect, Spoken
from callcenter.web.api import orders_api

EVERY = "*"  # every topic, once somebody has said so
LIFT, AT = "lift", "at"  # an order ends when somebody lifts it, or at a time
Command = orders_api.SayMessage | orders_api.OrderQueue | orders_api.SetWideningAges
FIELD_OF = {
    "order_words": "fr", "order_topic": "topic", "order_act": "act", "order_target": "to_topic",
    "order_circle": "to_topic", "order_ages": "region_after", "order_until": "until",
}  # fmt: skip
ASKED = {"message": ("fr",), "queue": ("topic", "act"), "threshold": ("topic", "region_after", "nation_after")}
MISSING = {"fr": "order_words", "nation_after": "order_ages", "region_after": "order_ages"}


@dataclass(frozen=True)
class Filled:
    """One form as it was filled in. `errors`: field -> code of what is wrong with it; without any, `command` is what it
    asks for."""

    form: str
    fields: Mapping[str, str]
    errors: Mapping[str, str]
    command: Command | None

    @property
    def topic(self) -> str:
        return "" if self.fields["topic"] == EVERY else self.fields["topic"]

    def refused(self, refusal: OrderRefused) -> "Filled":
        """The same, with what a verb refuses beside its field."""
        code = str(refusal.args[0]) if refusal.args else "order_topic"
        return Filled(self.form, self.fields, {FIELD_OF.get(code, "scope"): code}, None)

    def effect(self) -> Effect:
        """Whom it would concern now."""
        topic = self.topic if self.form != "message" else ""
        return order_effect.of_order(self.fields["scope"], topic, self.fields["to_topic"])

    def spoken(self) -> tuple[Spoken, ...]:
        """The message, as callers will hear it."""
        return order_effect.spoken(written({"fr": self.fields["fr"], "en": self.fields["en"]}))


def empty(form: str, scope: str = "") -> Filled:
    """A form that nobody has filled in; `scope`: of the page it was asked from, whose department it stays at."""
    return filled(form, FormData({"scope": scope, "place": scope}), judged=False)


def filled(form: str, given: FormData, *, judged: bool = True) -> Filled:
    """What was filled in, `judged` for what it lacks. `place`: the department whose page it was asked from."""
    names = (
        "scope", "topic", "act", "to_topic", "fr", "en", "region_after", "nation_after", "ends", "until", "heard",
        "place",
    )  # fmt: skip
    fields = {name: str(given.get(name, "")).strip() for name in names}
    if fields["place"] not in TERRITORIES:
        fields["place"] = ""
    if form == "queue" and fields["act"] not in MOVING:
        fields["to_topic"] = ""
    if not judged:
        return Filled(form, fields, {}, None)
    errors = {name: MISSING.get(name, f"order_{name}") for name in ("scope", *ASKED[form], "ends") if not fields[name]}
    if fields["act"] in MOVING and not fields["to_topic"]:
        errors["to_topic"] = "order_target"
    until = _instant(fields["scope"], fields["until"]) if fields["ends"] == AT else None
    if fields["ends"] == AT and until is None:
        errors["until"] = "order_until"
    if fields["ends"] not in ("", LIFT, AT):
        errors["ends"] = "order_ends"
    command = None if errors else _command(form, fields, until)
    if not errors and command is None:
        errors = {"region_after": "order_ages"} if form == "threshold" else {"act": "order_act"}
    return Filled(form, fields, errors, command)


def lifted(form: str, which: str) -> Command:
    """The order that takes another back; `which`: its scope and topic, `46:impots`. Raises OrderRefused."""
    scope, _, topic = which.partition(":")
    try:
        lifting: dict[str, Command] = {
            "message": orders_api.SayMessage(scope=scope),
            "queue": orders_api.OrderQueue(scope=scope, topic=topic, act="open"),
            "threshold": orders_api.SetWideningAges(scope=scope, topic=topic),
        }
        return lifting[form]
    except (KeyError, ValueError):
        raise OrderRefused("order_scope") from None


def carry_out(command: Command, supervisor: Agent) -> int:
    """How many calls it moved."""
    return command.carry_out(supervisor).moved


def _command(form: str, fields: Mapping[str, str], until: datetime | None) -> Command | None:
    asked: dict[str, Any] = {name: value for name, value in fields.items() if value} | {"until": until}
    asked["topic"] = "" if fields["topic"] == EVERY else fields["topic"]
    kinds: dict[str, type[Command]] = {
        "message": orders_api.SayMessage,
        "queue": orders_api.OrderQueue,
        "threshold": orders_api.SetWideningAges,
    }
    try:
        return kinds[form].model_validate(asked)
    except ValueError:
        return None


def _instant(scope: str, typed: str) -> datetime | None:
    """What a field of a local day and time says, on the clock of whom the order is for."""
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return local if local.tzinfo else local.replace(tzinfo=clock_of_scope(scope))
