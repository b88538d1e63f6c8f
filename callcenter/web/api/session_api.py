"""The session of software that signs in by JSON."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from callcenter.rules.roles import ANYBODY, STAFF
from callcenter.web.identity import Admitted, csrf_token, forget_cookie, open_to, sign_out
from callcenter.web.sign_in import sign_in


class Credentials(BaseModel):
    """What a sign-in needs."""

    login: str
    password: str


class SignedInAs(BaseModel):
    """`csrf` goes into the header X-CSRF-Token of whatever changes something."""

    agent_id: str
    login: str
    name: str
    role: str
    csrf: str


router = APIRouter(prefix="/api", tags=["session"])


@router.post("/session")
@open_to(ANYBODY)
async def begin_session(given: Credentials, request: Request, response: Response) -> SignedInAs:
    """Sign in; the session comes as a cookie."""
    begun = await sign_in(request, given.login, given.password)
    begun.give(response)
    agent = begun.agent
    return SignedInAs(
        agent_id=agent.id, login=agent.login, name=agent.name, role=agent.role, csrf=csrf_token(begun.token)
    )


@router.delete("/session", status_code=204)
@open_to(*STAFF)
def end_session(visitor: Admitted, response: Response) -> None:
    """Sign out."""
    sign_out(visitor)
    forget_cookie(response, "session")
