"""Stock Flask-AppBuilder on Starline's `clients` table, written as FAB's documentation shows it.

FAB's own users, roles and permissions live in the schema `bench_fab` (Starline's `ab_user` stays untouched), sign-in
is FAB's `/api/v1/security/login` and its login form. The one addition is the organisation of a user, because FAB
has no tenants: a column by "Extending the User Model" and a base filter by "Base Filtering".
Served by `gunicorn stock_fab:application`; environment: `BENCH_DATABASE_URL`.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from uuid import UUID

import layout
from flask import Flask, g
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.api import (
    API_DESCRIPTION_COLUMNS_RIS_KEY,
    API_LABEL_COLUMNS_RIS_KEY,
    API_SHOW_COLUMNS_RIS_KEY,
    API_SHOW_TITLE_RIS_KEY,
    ModelRestApi,
    expose,
    get_item_schema,
    merge_response_func,
    permission_name,
    protect,
    rison,
    safe,
)
from flask_appbuilder.models.sqla.filters import FilterEqual, FilterEqualFunction
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Integer, String, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.pool import QueuePool

db = SQLAlchemy(model_class=Model)


class Member(User):
    """FAB's user with the organisation it belongs to."""

    __tablename__ = "ab_user"
    organization_id = Column(Uuid)


class Members(SecurityManager):
    """FAB's security manager for the extended user."""

    user_model = Member


def _organization_of_user() -> object:
    return g.user.organization_id


def _now() -> datetime:
    return datetime.now(UTC)


class Client(Model):
    """The table all contenders share: what is shown, and what a new row can't be without."""

    __tablename__ = "clients"
    __table_args__ = {"schema": layout.SCHEMA}

    id = Column(Uuid, primary_key=True, default=func.gen_random_uuid())
    organization_id = Column(Uuid, nullable=False, default=_organization_of_user)
    client_number = Column(Integer, nullable=False)
    first_name = Column(String(80), nullable=False)
    last_name = Column(String(80), nullable=False)
    status = Column(String(40), nullable=False)
    birth_date = Column(Date, nullable=False)
    branch_id = Column(Uuid, nullable=False)
    phone = Column(String(20))
    email = Column(String(254))
    care_coordinator_id = Column(Integer)
    merged_into_id = Column(Uuid)
    middle_name = Column(String(80))
    suffix = Column(String(20))
    preferred_name = Column(String(80))
    sex = Column(String(40), nullable=False, default="unknown")
    gender_identity = Column(String(40))
    pronouns = Column(String(40))
    referral_source = Column(String(120))
    start_of_care_on = Column(Date)
    mobile_phone = Column(String(20))
    marital_status = Column(String(40))
    veteran_status = Column(String(40))
    religion = Column(String(60))
    code_status = Column(String(40))
    mobility = Column(String(40))
    fall_risk = Column(String(40))
    triage_level = Column(String(40))
    languages = Column(ARRAY(String), nullable=False, default=list)
    is_elopement_risk = Column(Boolean, nullable=False, default=False)
    has_pets = Column(Boolean, nullable=False, default=False)
    is_smoking_home = Column(Boolean, nullable=False, default=False)
    custom = Column(JSONB, nullable=False, default=dict)
    created_on = Column(DateTime(timezone=True), nullable=False, default=_now)
    changed_on = Column(DateTime(timezone=True), nullable=False, default=_now, onupdate=_now)
    version = Column(Integer, nullable=False, default=1)


STANDING = [["organization_id", FilterEqualFunction, _organization_of_user], ["merged_into_id", FilterEqual, None]]
"""The user's own, without those that were merged into others: what all contenders show, and what the index holds."""


class ClientsApi(ModelRestApi):
    """The REST resource; `get` is re-exposed because FAB's route takes integer keys only."""

    resource_name = "clients"
    datamodel = SQLAInterface(Client)
    base_filters = STANDING
    list_columns = layout.LIST_COLUMNS
    show_columns = layout.SHOW_COLUMNS
    add_columns = layout.WRITTEN_COLUMNS
    edit_columns = layout.WRITTEN_COLUMNS
    search_columns = ["first_name", "last_name", "status"]
    order_columns = layout.ORDER_COLUMNS
    base_order = (layout.ORDER[0], "asc")

    @expose("/<string:pk>", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    @rison(get_item_schema)
    @merge_response_func(ModelRestApi.merge_show_label_columns, API_LABEL_COLUMNS_RIS_KEY)
    @merge_response_func(ModelRestApi.merge_show_columns, API_SHOW_COLUMNS_RIS_KEY)
    @merge_response_func(ModelRestApi.merge_description_columns, API_DESCRIPTION_COLUMNS_RIS_KEY)
    @merge_response_func(ModelRestApi.merge_show_title, API_SHOW_TITLE_RIS_KEY)
    def get(self, pk, **kwargs):
        """One client."""
        return self.get_headless(pk, **kwargs)


class IntakesApi(ClientsApi):
    """Creates that do what Starline's do (number, status history), by FAB's documented hooks."""

    resource_name = "intakes"
    class_permission_name = "ClientsApi"
    add_columns = [name for name in layout.WRITTEN_COLUMNS if name != "client_number"]
    include_route_methods = {"post"}

    def pre_add(self, item):
        """Take the organisation's next number."""
        item.client_number = db.session.scalar(text(layout.NEXT_NUMBER), {"organization_id": g.user.organization_id})

    def post_add(self, item):
        """Begin the status history; FAB has committed the client by now."""
        values = {"organization_id": item.organization_id, "client_id": item.id, "status": item.status}
        db.session.execute(text(layout.FIRST_STATUS), values)
        db.session.commit()


class ClientsView(ModelView):
    """The generated list screen of 25 rows."""

    route_base = "/clients"
    datamodel = SQLAInterface(Client)
    base_filters = STANDING
    page_size = 25
    list_columns = layout.SCREEN_COLUMNS
    add_columns = edit_columns = layout.WRITTEN_COLUMNS
    show_columns = layout.SHOW_COLUMNS
    search_columns = ["first_name", "last_name", "status"]
    order_columns = layout.ORDER_COLUMNS
    base_order = (layout.ORDER[0], "asc")


def create_app(address: str, *, release: bool = False) -> Flask:
    """The application with FAB's defaults; a pool of one connection per thread."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="benchmark",
        JWT_SECRET_KEY="benchmark-benchmark-benchmark-benchmark",
        JWT_ACCESS_TOKEN_EXPIRES=False,
        SQLALCHEMY_DATABASE_URI=address,
        SQLALCHEMY_ENGINE_OPTIONS={
            "poolclass": QueuePool,
            "pool_size": layout.THREADS,
            "connect_args": {"options": "-c search_path=bench_fab"},
        },
        FAB_UPDATE_PERMS=release,
        FAB_CREATE_DB=release,
        FAB_API_SWAGGER_UI=False,
        FAB_SECURITY_MANAGER_CLASS=f"{__name__}.Members",
        APP_NAME="Stock",
    )
    db.init_app(app)
    with app.app_context():
        builder = AppBuilder(app, db.session)
        builder.add_api(ClientsApi)
        builder.add_api(IntakesApi)
        builder.add_view(ClientsView, "Clients", category="Clients")
    return app


def release(users: list[list[str]], password: str) -> None:
    """Make FAB's tables and permissions and one Admin for each (user name, organisation)."""
    app = create_app(os.environ["BENCH_DATABASE_URL"], release=True)
    with app.app_context():
        manager = app.appbuilder.sm
        for name, organization_id in users:
            user = manager.find_user(username=name) or manager.add_user(
                name, "Bench", "Mark", f"{name}@bench.example", manager.find_role("Admin"), password
            )
            user.organization_id = UUID(organization_id)
        db.session.commit()


if __name__ == "__main__":
    # A process of its own: FAB has one metadata, and Starline's models live in the caller's.
    release(json.load(sys.stdin), layout.PASSWORD)
elif os.environ.get("BENCH_SERVE") == "1":
    application = create_app(os.environ["BENCH_DATABASE_URL"])
