"""A national list of four sites, and how it is sent."""

from typing import Any

from callcenter.db import reading
from callcenter.records import sites

LIST = """id_fs;lib_fs;insee_dep;code_postal;lib_com;telephone;h_lundi;latitude;longitude;format_fs
7;Maison du Lot;46;46000;Cahors;05 65 00 00 07;09:00 - 12:00 / 11:30 - 17:00;44,4491;1,4366;Fixe
9;Antenne de Figeac;46;46100;Figeac;;;44,6086;2,0317;Fixe_antenne(s)
11;Bus du Lot;46;46160;Cajarc;05 65 00 00 08;;44,4850;1,8450;Bus_équivalent
12;Case de La Réunion;974;97400;Saint-Denis;0262 00 00 12;08:00 - 12:00;-20,88;55,45;Fixe
"""


def send(web: Any, content: str | bytes, to: str = "list", **more: str) -> Any:
    content = content.encode() if isinstance(content, str) else content
    form = {"csrf": web.headers["X-CSRF-Token"]} | more
    return web.post(f"/admin/sites/{to}", data=form, files={"table": ("liste.csv", content)})


def known() -> set[int]:
    with reading() as session:
        return {site.id for site in sites.every(session)}
