"""What every REST resource needs: its arguments read, its lists paged, its refusals worded as Twilio words them."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ivr.practice.calls import Subscription
from ivr.practice.carrier import Carrier
from ivr.practice.rest_form import RestForm
from ivr.practice.sids import API_VERSION
from ivr.practice.webhooks import Target

Body = dict[str, Any]
Path = Mapping[str, str]
Verb = Callable[[Carrier, Path, RestForm], tuple[int, Body | None]]

DIALLABLE = re.compile(r"^(\+[1-9]\d{3,14}|client:.+|sip:.+)$")


class RestRefusal(Exception):
    """A REST error as Twilio words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> Body:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more, "status": self.status}


def missing(carrier: Carrier, *path: str) -> RestRefusal:
    where = "/".join((f"/{API_VERSION}/Accounts", carrier.account, *path))
    return RestRefusal(404, 20404, f"The requested resource {where}.json was not found")


def page(carrier: Carrier, name: str, key: str, items: Sequence[Any], form: RestForm) -> tuple[int, Body]:
    size = max(1, min(1000, int(form.number("PageSize", 50))))
    page = max(0, int(form.number("Page", 0)))
    path = f"/{API_VERSION}/Accounts/{carrier.account}/{name}.json"
    kept = [(n, v) for n, v in form.pairs if n not in ("Page", "PageSize", "PageToken")]

    def uri(n: int) -> str:
        token = [("PageToken", f"PA{n}")] if n else []
        return f"{path}?{urlencode([*kept, ('PageSize', size), ('Page', n), *token])}"

    here = items[page * size : (page + 1) * size]
    return 200, {
        key: [item.resource() for item in here],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(0, len(here) - 1),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if (page + 1) * size < len(items) else None,
        "previous_page_uri": uri(page - 1) if page else None,
        "uri": uri(page),
    }


def target_of(form: RestForm, url: str = "Url", method: str = "Method", default: str = "POST") -> Target:
    address = form.get(url)
    if not address.startswith(("http://", "https://")):
        raise RestRefusal(400, 21205, f"{url} is not a valid URL: {address}")
    return Target(address, form.get(method, default))


def subscription_of(form: RestForm, prefix: str = "StatusCallback", default: str = "completed") -> Subscription | None:
    if not form.get(prefix):
        return None
    events = form.words(f"{prefix}Event") or frozenset(default.split())
    return Subscription(target_of(form, prefix, f"{prefix}Method"), events)


def ends_of(carrier: Carrier, form: RestForm) -> tuple[str, str]:
    """From and To of something to dial, refused as Twilio does."""
    from_, to = form.get("From"), form.get("To")
    if not to:
        raise RestRefusal(400, 21201, "No 'To' number is specified")
    if not from_:
        raise RestRefusal(400, 21213, "No 'From' number is specified")
    if not DIALLABLE.match(to):
        raise RestRefusal(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if from_ not in carrier.numbers and not from_.startswith("client:"):
        raise RestRefusal(
            400, 21210, f"The source phone number provided, {from_}, is not yet verified for your account."
        )
    return from_, to
