"""The lists that take imports: what their columns may be called, and when two rows stand for the same record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.access import may
from app.core.fields import Field, Kind, Look
from app.core.own_fields import tailored
from app.core.resource import Resource, registry


@dataclass(frozen=True)
class Target:
    """A list that takes imports. `match`: the fields that together tell one record from another."""

    name: str
    match: str
    words: Mapping[str, str] = field(default_factory=dict)
    """Further headings of a field, separated by |."""
    writes_together: bool = False
    """Whether many records may be written in one go: making one changes no other row, and adds only what points at
    it."""

    @property
    def resource(self) -> Resource:
        """With the fields of the agency's own."""
        return tailored(registry[self.name])

    @property
    def fields(self) -> dict[str, Field]:
        """What a column can fill, by key."""
        return {
            one.key: one
            for one in self.resource.form_fields
            if one.kind is not Kind.OBJECT and one.look is not Look.FILE
        }

    def names(self) -> dict[str, list[str]]:
        """What each field may be called in a sheet, the best name first."""
        found = {}
        for key, one in self.fields.items():
            more = self.words.get(one.name, "").split("|")
            found[key] = [one.label, one.name, key, key.removeprefix("custom_"), *(word for word in more if word)]
        return found


PEOPLE = {
    "first_name": "first|given name|forename|fname",
    "middle_name": "middle|middle initial|mi",
    "last_name": "last|surname|family name|lname",
    "preferred_name": "nickname|goes by|known as",
    "birth_date": "dob|date of birth|birthday|born",
    "ssn": "ssn|social security|ss number|social",
    "phone": "telephone|home phone|phone number|tel",
    "mobile_phone": "mobile|cell|cell phone",
    "email": "email|e-mail address|mail",
    "sex": "gender|m/f",
    "gender": "sex|m/f",
    "branch": "office|location",
}
PLACE = {
    "line1": "street|address 1|address line 1|street address",
    "line2": "apt|apartment|unit|address 2|address line 2",
    "postal_code": "zip|zip code|postcode",
    "city": "town",
}
CLIENT = {"client": "client name|client number|client no|patient|patient name|member"}
MEMBER = {"staff_member": "staff|employee|employee name|caregiver|staff name|staff number|employee number"}

TARGETS = {
    one.name: one
    for one in (
        Target(
            "Clients",
            "last_name first_name birth_date",
            {
                **PEOPLE,
                "medicaid_id": "medicaid|medicaid number|medicaid no",
                "medicare_id": "medicare|medicare number|mbi",
                "care_coordinator": "coordinator|case manager",
                "start_of_care_on": "soc|soc date|start date|admission date",
                "languages": "language|primary language",
                "referral_source": "referral|referral source|referred from",
                "allergies_note": "allergy|allergies",
            },
            writes_together=True,
        ),
        Target(
            "Contacts",
            "client_id last_name first_name",
            {**PEOPLE, **CLIENT, "relationship": "relation|relation to client", "emergency_order": "priority|order"},
        ),
        Target(
            "Coverages",
            "client_id payer_name priority starts_on",
            {
                **CLIENT,
                "payer_name": "insurance|insurer|payor|plan",
                "member_id": "policy number|member number|subscriber id|insurance id",
                "group_number": "group|group no",
                "starts_on": "start|start date|effective date|from",
                "ends_on": "end|end date|termination date|until",
            },
        ),
        Target(
            "StaffMembers",
            "last_name first_name birth_date",
            {
                **PEOPLE,
                **PLACE,
                "hired_on": "hire date|date of hire|start date",
                "position": "job title|title|role",
                "discipline": "license type|type",
                "npi": "npi number",
                "emergency_contact_name": "emergency contact",
            },
            writes_together=True,
        ),
        Target(
            "Credentials",
            "staff_member_id credential_type_id number issued_on",
            {
                **MEMBER,
                "credential_type": "type|credential|certification|license",
                "number": "license number|certificate number|no",
                "issued_on": "issue date|issued|date issued",
                "expires_on": "expiration|expiration date|expires|expiry|valid until",
                "issuer": "issued by|issuing body|authority",
            },
        ),
    )
}


def offered() -> list[Target]:
    """The lists that the viewer may import into."""
    return [one for one in TARGETS.values() if may("can_add", registry[one.name])]
